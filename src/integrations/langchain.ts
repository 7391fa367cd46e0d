import type { Callbacks } from "@langchain/core/callbacks/manager";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { RunnableLambda } from "@langchain/core/runnables";
import { z } from "zod";
import type { PredictOptions, Reranker } from "../cross-encoder/index.js";
import { parseOptions } from "../options/index.js";
import { count, reranker } from "./adapter-options.js";

/** Options of {@link CrossrankRerank}. */
export interface CrossrankRerankOptions {
  /** Ranks the documents: a `CrossEncoder`, a `RemoteCrossEncoder`, a cascade. The compressor does not dispose of it. */
  model: Reranker;

  /** How many of the best documents to keep. @default 3, as LangChain's other rerankers */
  topN?: number;

  /** Further options of the model's `rank()`. @default {} */
  rankOptions?: Omit<PredictOptions, "signal">;
}

/** A document's place, as LangChain's rerankers give it. */
export interface RerankedIndex {
  /** The document's index in the list that was given. */
  index: number;
  /** Its score, after the activation. */
  relevanceScore: number;
}

const schema = z.strictObject({
  model: reranker,
  topN: count.default(3),
  rankOptions: z.custom<Omit<PredictOptions, "signal">>((value) => typeof value === "object").default({}),
});

interface RerankInput {
  query: string;
  documents: readonly DocumentInterface[];
}

/**
 * Reranks for LangChain.js: a document compressor for `ContextualCompressionRetriever`.
 *
 * Keeps the best `topN` documents, best first, each with its score as `relevanceScore` in a copy of its metadata. The
 * documents that came in are not changed.
 *
 * @example
 * const compressor = new CrossrankRerank({ model: await CrossEncoder.fromPretrained(), topN: 5 });
 * const retriever = new ContextualCompressionRetriever({ baseCompressor: compressor, baseRetriever });
 * const documents = await retriever.invoke("how do you find mass?");
 * console.log(documents[0]?.metadata["relevanceScore"]); //=> 0.954…
 */
export class CrossrankRerank extends BaseDocumentCompressor {
  /** Ranks the documents. */
  readonly model: Reranker;
  /** How many of the best documents are kept. */
  readonly topN: number;
  readonly #rankOptions: Omit<PredictOptions, "signal">;

  /** @throws {InvalidOptionsError} If an option is unknown or wrong. */
  constructor(options: CrossrankRerankOptions) {
    super();
    const { model, topN, rankOptions } = parseOptions("CrossrankRerank", schema, options);
    this.model = model;
    this.topN = topN;
    this.#rankOptions = rankOptions;
  }

  /**
   * Keeps the documents that answer the query best.
   *
   * @param callbacks - Told of a run named `CrossrankRerank`, with its input and its outcome. Where LangChain carries a
   * runnable's config along to what it calls, as with LangGraph, that runnable's signal stops the model.
   * @throws What the model's `rank()` throws.
   */
  override async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    callbacks?: Callbacks,
  ): Promise<DocumentInterface[]> {
    const run = RunnableLambda.from<RerankInput, DocumentInterface[]>(
      async (input, { signal }: { signal?: AbortSignal }) => this.#compress(input, signal),
    );
    return run.invoke(
      { query, documents },
      { runName: "CrossrankRerank", ...(callbacks === undefined ? {} : { callbacks }) },
    );
  }

  /**
   * Ranks documents or texts without making documents of them.
   *
   * @returns The best `topN`, best first.
   * @throws What the model's `rank()` throws.
   */
  async rerank(
    documents: readonly (DocumentInterface | string)[],
    query: string,
    options: { topN?: number; signal?: AbortSignal } = {},
  ): Promise<RerankedIndex[]> {
    const { topN = this.topN, signal } = options;
    const texts = documents.map((document) => (typeof document === "string" ? document : document.pageContent));
    const ranking = await this.model.rank(query, texts, {
      ...this.#rankOptions,
      topK: topN,
      ...(signal === undefined ? {} : { signal }),
    });
    return ranking.map(({ corpusId, score }) => ({ index: corpusId, relevanceScore: score }));
  }

  async #compress({ query, documents }: RerankInput, signal: AbortSignal | undefined): Promise<DocumentInterface[]> {
    const ranking = await this.rerank(documents, query, signal === undefined ? {} : { signal });
    return ranking.map(({ index, relevanceScore }) => {
      const { pageContent, metadata, id } = documents[index] as DocumentInterface;
      return new Document({
        pageContent,
        metadata: { ...metadata, relevanceScore },
        ...(id === undefined ? {} : { id }),
      });
    });
  }
}
