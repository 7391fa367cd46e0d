import { tiedBlocks, type TiedBlock } from "./tied-blocks.js";

/**
 * Reciprocal rank within the first `k` documents of a ranking: 1 / rank of the first relevant one, 0 if none of them is.
 * Its mean over queries is MRR@k.
 *
 * **Ties** are averaged: with equal scores, the mean over all orders of the tied documents. (The reference leaves the
 * order to an unstable sort, so its value is not defined there.)
 *
 * @param scores - Of each document, finite; the ranking is by descending score.
 * @param relevance - Of each document; more than 0 is relevant.
 * @param k - How many documents of the ranking count, >= 1.
 * @returns 0 … 1; 0 without documents.
 * @throws {NonFiniteScoreError | InvalidInputError} If scores or relevance are not as said.
 */
export function reciprocalRank(scores: ArrayLike<number>, relevance: ArrayLike<number>, k: number): number {
  const first = tiedBlocks(scores, relevance).find(({ relevantCount }) => relevantCount > 0);
  return first === undefined ? 0 : expectedReciprocalRank(first, k);
}

/** Sums over the places of a block: the chance that its first relevant document stands there, by what that is worth. */
function expectedReciprocalRank({ start, size, relevantCount }: TiedBlock, k: number): number {
  let chance = relevantCount / size;
  let expected = 0;
  for (let place = 1; place <= size - relevantCount + 1 && start + place <= k; place++) {
    expected += chance / (start + place);
    chance *= (size - relevantCount - place + 1) / (size - place);
  }
  return expected;
}
