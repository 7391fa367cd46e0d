import type { RankOptions, RankedDocument, Reranker } from "../../src/cross-encoder/index.js";

/** A reranker whose score is a function of the document; notes its calls. */
export class FakeReranker implements Reranker {
  readonly calls: { query: string; documents: readonly string[]; options: RankOptions }[] = [];

  constructor(
    private readonly score: (document: string) => number,
    readonly modelId = "fake",
  ) {}

  async rank(query: string, documents: readonly string[], options: RankOptions = {}): Promise<RankedDocument[]> {
    this.calls.push({ query, documents, options });
    options.signal?.throwIfAborted();
    for (const scored of documents.keys()) options.onProgress?.({ scored: scored + 1, total: documents.length });
    return documents
      .map((document, corpusId) => ({ corpusId, score: this.score(document) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, options.topK);
  }
}
