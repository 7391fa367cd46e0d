import { countRelevant, tiedBlocks } from "./tied-blocks.js";

/**
 * Average precision of a whole ranking, without a cut. Its mean over queries is MAP.
 *
 *     AP = Σ over score thresholds, descending, of (recall gained at the threshold) × (precision at the threshold)
 *
 * **Ties**: documents of equal score enter together, at one threshold. Not interpolated.
 *
 * @param scores - Of each document, finite.
 * @param relevance - Of each document; more than 0 is relevant.
 * @param missing - How many relevant documents the ranking lacks; they count as never found.
 * @returns 0 … 1; 0 if nothing is relevant.
 * @throws {NonFiniteScoreError | InvalidInputError} If scores or relevance are not as said.
 * @see scikit-learn 1.9, `average_precision_score`
 */
export function averagePrecision(scores: ArrayLike<number>, relevance: ArrayLike<number>, missing = 0): number {
  const blocks = tiedBlocks(scores, relevance);
  const relevant = countRelevant(blocks, missing);
  if (relevant === 0) return 0;
  let found = 0;
  let sum = 0;
  for (const { start, size, relevantCount } of blocks) {
    found += relevantCount;
    sum += relevantCount * (found / (start + size));
  }
  return sum / relevant;
}
