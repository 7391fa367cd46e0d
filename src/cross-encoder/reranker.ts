import type { RankOptions } from "./options.js";
import type { RankedDocument } from "./rank-scores.js";

/**
 * Anything that ranks documents: a {@link CrossEncoder}, a `RemoteCrossEncoder`, a {@link Cascade}, or an object of your
 * own. What the adapters of frameworks take.
 */
export interface Reranker {
  /** What the model is called. */
  readonly modelId: string;

  /**
   * Ranks documents by how well they answer a query, best first.
   *
   * @returns All documents, or the best `topK`; equal scores keep the order of the documents.
   */
  rank(query: string, documents: readonly string[], options?: RankOptions): Promise<RankedDocument[]>;
}
