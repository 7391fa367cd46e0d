import type { z } from "zod";
import {
  scoresFromLogits,
  type ActivationFn,
  type DocumentScores,
  type ResolvedPredictOptions,
} from "../cross-encoder/index.js";
import { InvalidOptionsError, InvalidResponseError } from "../errors/index.js";
import type { PairColumns } from "../inference/index.js";
import type { Backend, RemoteCall, RemoteModel } from "./backend.js";
import type { HttpAnswer, HttpClient } from "./http-client.js";
import type { ResolvedRemoteOptions } from "./resolve-remote-options.js";
import { runRequests } from "./run-requests.js";
import { textApis, type IndexedScore, type TextApi } from "./text-apis.js";

/** Pairs of one query that go in one request, as indices into the call's pairs. */
interface Chunk {
  query: string;
  indices: readonly number[];
}

/** Scores pairs by a service that takes texts: one request a query and {@link TextApi.maxDocuments} documents. */
export class TextBackend implements Backend {
  readonly model: RemoteModel;
  readonly #client: HttpClient;
  readonly #api: TextApi;
  readonly #options: ResolvedRemoteOptions & { api: keyof typeof textApis };

  constructor(client: HttpClient, options: ResolvedRemoteOptions & { api: keyof typeof textApis }) {
    this.#client = client;
    this.#options = options;
    this.#api = textApis[options.api];
    const { prompts, defaultPromptName, activationFn } = options;
    this.model = { labelCount: 1, prompts, defaultPromptName, activationFn };
  }

  async score({ queries, documents }: PairColumns, { options, signal, onScored }: RemoteCall): Promise<DocumentScores> {
    const activationFn = options.activationFn ?? this.model.activationFn;
    this.#requirePossible(options, activationFn);
    const scores = new Float32Array(documents.length);
    const size = this.#options.maxDocumentsPerRequest ?? this.#api.maxDocuments;
    const send = async ({ query, indices }: Chunk, signal: AbortSignal) => {
      const texts = indices.map((index) => documents[index] as string);
      const answered = await this.#rerank(query, texts, { wantsLogits: activationFn !== undefined, signal });
      for (const { index, score } of answered) scores[indices[index] as number] = score;
      onScored(indices.length);
    };
    const concurrency = this.#options.maxConcurrentRequests;
    await runRequests(chunksOf(queries, documents.length, size), send, { concurrency, signal });
    if (activationFn === undefined) return { scores, passages: [] };
    return { scores: scoresFromLogits(scores, { labelCount: 1, activationFn, applySoftmax: false }), passages: [] };
  }

  async #rerank(
    query: string,
    documents: readonly string[],
    { wantsLogits, signal }: { wantsLogits: boolean; signal: AbortSignal },
  ): Promise<IndexedScore[]> {
    const { model, body, path } = this.#options;
    const request = {
      path: path ?? this.#api.path,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ ...this.#api.toBody({ query, documents, model, wantsLogits }), ...body }),
    };
    const answer = await this.#client.post(request, signal);
    return readScores(answer, this.#api, documents.length);
  }

  #requirePossible({ longDocuments }: ResolvedPredictOptions, activationFn: ActivationFn | undefined): void {
    const { api } = this.#options;
    if (longDocuments !== "truncate") {
      const message = `longDocuments must be "truncate" for api "${api}": the service truncates by itself.`;
      throw new InvalidOptionsError(message, { longDocuments, api });
    }
    if (activationFn === undefined || api !== "cohere") return;
    const message = `activationFn must be left out for api "cohere": such a service gives scores, and no logits.`;
    throw new InvalidOptionsError(message, { api });
  }
}

function chunksOf(queries: PairColumns["queries"], count: number, size: number): Chunk[] {
  const byQuery = new Map<string, number[]>();
  for (let index = 0; index < count; index++) {
    const query = typeof queries === "string" ? queries : (queries[index] as string);
    const indices = byQuery.get(query);
    if (indices === undefined) byQuery.set(query, [index]);
    else indices.push(index);
  }
  return [...byQuery].flatMap(([query, indices]) =>
    Array.from({ length: Math.ceil(indices.length / size) }, (_, chunk) => ({
      query,
      indices: indices.slice(chunk * size, (chunk + 1) * size),
    })),
  );
}

/** @throws {InvalidResponseError} If the answer has not exactly one finite score for each document. */
function readScores({ url, bytes }: HttpAnswer, { answer }: TextApi, count: number): IndexedScore[] {
  const parsed = answer.safeParse(parseJson(url, bytes));
  if (!parsed.success) throw invalidAnswer(url, `but in its answer ${firstIssue(parsed.error)}`);
  const places = new Set(parsed.data.map(({ index }) => index));
  const isComplete = parsed.data.length === count && places.size === count;
  if (isComplete && parsed.data.every(({ index }) => index < count)) return parsed.data;
  throw invalidAnswer(
    url,
    `but answered ${count} documents with ${parsed.data.length} scores at ${places.size} different places`,
  );
}

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  return `${issue?.path.join(".") || "the body"} is wrong (${issue?.message ?? "unknown"})`;
}

function parseJson(url: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw invalidAnswer(url, "but its answer is no JSON", { cause });
  }
}

function invalidAnswer(url: string, but: string, options?: ErrorOptions): InvalidResponseError {
  const message = `${url} must answer with an index and a score for each document, ${but}. Check the option api.`;
  return new InvalidResponseError(message, { url }, options);
}
