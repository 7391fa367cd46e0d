import type { Passage } from "../tokenization/index.js";

/** A document's place in a ranking. */
export interface RankedDocument {
  /** The document's index in the list that was given. */
  corpusId: number;
  /** Its score, after the activation. */
  score: number;
  /**
   * The passage whose score it is, the first of equal ones: `document.slice(start, end)` is its text. Only with
   * `longDocuments: "maxPassage"`, and only for a document that was split.
   */
  passage?: Passage;
  /** Its text, if `returnDocuments` asked for it. */
  text?: string;
}

/**
 * Sorts documents by score, highest first; equal scores keep the order of the documents.
 *
 * @param scores - One finite score a document.
 * @param topK - How many of the best to keep; all by default.
 */
export function rankScores(scores: Float32Array, topK = scores.length): RankedDocument[] {
  return Array.from(scores, (score, corpusId) => ({ corpusId, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}
