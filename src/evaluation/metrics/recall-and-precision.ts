import { countRelevant, placesWithin, tiedBlocks } from "./tied-blocks.js";

/**
 * Recall within the first `k` documents of a ranking: which part of the relevant documents is among them.
 *
 * **Ties** across the cut are averaged over all orders of the tied documents.
 *
 * @param scores - Of each document, finite; the ranking is by descending score.
 * @param relevance - Of each document; more than 0 is relevant.
 * @param k - How many documents of the ranking count, >= 1; `Infinity` for all.
 * @param missing - How many relevant documents the ranking lacks.
 * @returns 0 … 1; 0 if nothing is relevant.
 * @throws {NonFiniteScoreError | InvalidInputError} If scores or relevance are not as said.
 */
export function recallAt(scores: ArrayLike<number>, relevance: ArrayLike<number>, k: number, missing = 0): number {
  const relevant = countRelevant(tiedBlocks(scores, relevance), missing);
  return relevant === 0 ? 0 : foundWithin(scores, relevance, k) / relevant;
}

/**
 * Precision within the first `k` documents of a ranking: which part of those `k` is relevant.
 *
 * The divisor is `k` also where there are fewer documents, as in trec_eval. **Ties** across the cut are averaged over
 * all orders of the tied documents.
 *
 * @param scores - Of each document, finite; the ranking is by descending score.
 * @param relevance - Of each document; more than 0 is relevant.
 * @param k - How many documents of the ranking count, >= 1.
 * @returns 0 … 1.
 * @throws {NonFiniteScoreError | InvalidInputError} If scores or relevance are not as said.
 */
export function precisionAt(scores: ArrayLike<number>, relevance: ArrayLike<number>, k: number): number {
  return foundWithin(scores, relevance, k) / k;
}

/** How many relevant documents are among the first `k`, averaged over the orders of tied ones. */
function foundWithin(scores: ArrayLike<number>, relevance: ArrayLike<number>, k: number): number {
  return tiedBlocks(scores, relevance).reduce(
    (found, block) => found + (block.relevantCount * placesWithin(block, k)) / block.size,
    0,
  );
}
