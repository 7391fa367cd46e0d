import { averagePrecision, ndcg, precisionAt, recallAt, reciprocalRank } from "./metrics/index.js";

/** How good a ranking is, each 0 … 1. */
export interface RankingMetrics {
  /** See {@link averagePrecision}; over the whole ranking. */
  averagePrecision: number;
  /** See {@link reciprocalRank}; within the first k, as those below. */
  reciprocalRank: number;
  /** See {@link ndcg}. */
  ndcg: number;
  /** See {@link recallAt}. */
  recall: number;
  /** See {@link precisionAt}. */
  precision: number;
}

/** Names of the metrics, in the order in which they are shown. */
export const rankingMetricNames = ["ndcg", "reciprocalRank", "averagePrecision", "recall", "precision"] as const;

/** The metrics of a ranking where nothing relevant was found. */
export const noMetrics: RankingMetrics = Object.freeze({
  averagePrecision: 0,
  reciprocalRank: 0,
  ndcg: 0,
  recall: 0,
  precision: 0,
});

/**
 * All metrics of a ranking.
 *
 * @param scores - Of each document; the ranking is by descending score.
 * @param relevance - Of each document; more than 0 is relevant.
 * @param k - The cut of those that have one.
 * @param missing - Relevance of documents that the ranking lacks.
 */
export function rankingMetrics(
  scores: ArrayLike<number>,
  relevance: ArrayLike<number>,
  k: number,
  missing: readonly number[] = [],
): RankingMetrics {
  return {
    averagePrecision: averagePrecision(scores, relevance, missing.length),
    reciprocalRank: reciprocalRank(scores, relevance, k),
    ndcg: ndcg(scores, relevance, k, missing),
    recall: recallAt(scores, relevance, k, missing.length),
    precision: precisionAt(scores, relevance, k),
  };
}

/** The metrics of documents in the order they have. */
export function metricsInOrder(
  relevance: readonly number[],
  k: number,
  missing: readonly number[] = [],
): RankingMetrics {
  const descending = relevance.map((_, index) => relevance.length - index);
  return rankingMetrics(descending, relevance, k, missing);
}
