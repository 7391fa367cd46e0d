import { z } from "zod";
import type { RemoteApi } from "./remote-options.js";

/** A service's word on one document. */
export interface IndexedScore {
  index: number;
  score: number;
}

/** The documents of one request. */
export interface RerankRequest {
  query: string;
  documents: readonly string[];
  model: string | undefined;
  /** Ask for logits instead of scores. */
  wantsLogits: boolean;
}

/** How a rerank service that takes texts is spoken to. */
export interface TextApi {
  path: string;
  /** Most documents of a request by default. */
  maxDocuments: number;
  toBody: (request: RerankRequest) => Record<string, unknown>;
  /** What the service answers; scores in any order. */
  answer: z.ZodType<IndexedScore[]>;
}

const index = z.int().nonnegative();

const cohereAnswer = z
  .object({ results: z.array(z.object({ index, relevance_score: z.number() })) })
  .transform(({ results }) => results.map((result) => ({ index: result.index, score: result.relevance_score })));

/** The services' formats, as in README's section on remote models. All scores are asked for, and sorted here. */
export const textApis: Record<Exclude<RemoteApi, "kserve">, TextApi> = {
  crossrank: {
    path: "/v1/rerank",
    // A few full micro-batches: all requests of a call must fit into the server's queue, and be scored before they time out.
    maxDocuments: 32,
    toBody: ({ query, documents, model, wantsLogits }) => ({
      ...(model === undefined ? {} : { model }),
      query,
      documents,
      top_n: documents.length,
      return_documents: false,
      ...(wantsLogits ? { raw_scores: true } : {}),
    }),
    answer: cohereAnswer,
  },
  cohere: {
    path: "/v2/rerank",
    maxDocuments: 1000,
    toBody: ({ query, documents, model }) => ({
      ...(model === undefined ? {} : { model }),
      query,
      documents,
      top_n: documents.length,
    }),
    answer: cohereAnswer,
  },
  tei: {
    path: "/rerank",
    maxDocuments: 32,
    toBody: ({ query, documents, wantsLogits }) => ({
      query,
      texts: documents,
      truncate: true,
      raw_scores: wantsLogits,
      return_text: false,
    }),
    answer: z.array(z.object({ index, score: z.number() })),
  },
};
