/**
 * Normalized discounted cumulative gain of a ranking's first `k` documents: 1 if no order would be better.
 *
 * The document at rank r (from 1) is worth `relevance / log2(r + 1)`; equal scores keep the order of the documents.
 *
 * @param scores - Of each document; the ranking is by descending score.
 * @param relevance - Of each document, >= 0.
 * @returns 0 … 1; 0 if no document is relevant.
 * @see https://trec.nist.gov/trec_eval/, measure ndcg_cut
 */
export function ndcg(scores: ArrayLike<number>, relevance: readonly number[], k: number): number {
  const ranking = Array.from(scores, (score, index) => ({ score, index })).sort((a, b) => b.score - a.score);
  const ideal = gain(
    relevance.toSorted((a, b) => b - a),
    k,
  );
  if (ideal === 0) return 0;
  const ranked = ranking.map(({ index }) => relevance[index] as number);
  return gain(ranked, k) / ideal;
}

function gain(relevance: readonly number[], k: number): number {
  return relevance.slice(0, k).reduce((sum, value, index) => sum + value / Math.log2(index + 2), 0);
}
