import { placesWithin, tiedBlocks } from "./tied-blocks.js";

/**
 * Normalized discounted cumulative gain of a ranking's first `k` documents: 1 if no order would be better.
 *
 *     DCG@k  = Σ over ranks r = 1 … k of relevance(r) / log2(r + 1)
 *     NDCG@k = DCG@k / the DCG@k of the best order
 *
 * The gain is linear in the relevance, so graded labels work. **Ties** are averaged: each document of equal score gets
 * the mean relevance of them all, which is what their random order would give on average. The best order ignores scores.
 *
 * @param scores - Of each document, finite; the ranking is by descending score.
 * @param relevance - Of each document, >= 0.
 * @param k - How many documents of the ranking count, >= 1.
 * @param missing - Relevance of documents that the ranking lacks: they count in the best order only.
 * @returns 0 … 1; 0 if nothing is relevant, also without documents. One document alone has 1 if it is relevant.
 * @throws {NonFiniteScoreError | InvalidInputError} If scores or relevance are not as said.
 * @see scikit-learn 1.9, `ndcg_score` (linear gain, `ignore_ties=False`)
 */
export function ndcg(
  scores: ArrayLike<number>,
  relevance: ArrayLike<number>,
  k: number,
  missing: readonly number[] = [],
): number {
  const blocks = tiedBlocks(scores, relevance);
  const best = [...Array.from(relevance), ...missing].sort((a, b) => b - a).slice(0, k);
  const ideal = best.reduce((sum, gain, index) => sum + gain * discount(index), 0);
  if (ideal === 0) return 0;
  let gained = 0;
  for (const block of blocks) {
    const places = placesWithin(block, k);
    if (places === 0) break;
    let discounts = 0;
    for (let place = 0; place < places; place++) discounts += discount(block.start + place);
    gained += (block.gain / block.size) * discounts;
  }
  return gained / ideal;
}

function discount(index: number): number {
  return 1 / Math.log2(index + 2);
}
