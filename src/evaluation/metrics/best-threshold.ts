import { scoreCuts, type ScoreCut } from "./score-cuts.js";

/** The best accuracy that a threshold reaches. */
export interface BestAccuracy {
  accuracy: number;
  threshold: number;
}

/** The best F1 that a threshold reaches, with precision and recall there. */
export interface BestF1 {
  f1: number;
  threshold: number;
  precision: number;
  recall: number;
}

/**
 * The best accuracy that accepting pairs from some threshold upwards has.
 *
 * The threshold lies midway between two neighbouring distinct scores, in the precision of the scores (float32 for a
 * `Float32Array`). As in sentence-transformers, accepting all pairs is not tried; of equally good thresholds the
 * highest counts. Unlike there, **ties** are never cut through.
 *
 * @param labels - 1 for pairs that belong together, 0 for others.
 * @returns Accuracy 0 and threshold -1 if all scores are equal, or there are fewer than two.
 * @throws {NonFiniteScoreError | InvalidInputError} If a score is not finite, or a label is neither 0 nor 1.
 */
export function bestAccuracy(scores: ArrayLike<number>, labels: ArrayLike<number>): BestAccuracy {
  const best = bestCut(scores, labels, ({ accuracy }) => accuracy);
  return best === undefined
    ? { accuracy: 0, threshold: -1 }
    : { accuracy: best.accuracy, threshold: midpoint(best, scores) };
}

/**
 * The best F1 that accepting pairs from some threshold upwards has.
 *
 *     F1 = 2 × precision × recall / (precision + recall)
 *
 * Thresholds and ties are as in {@link bestAccuracy}.
 *
 * @returns All 0 if no threshold accepts a pair rightly, or all scores are equal.
 * @throws {NonFiniteScoreError | InvalidInputError} If a score is not finite, or a label is neither 0 nor 1.
 */
export function bestF1(scores: ArrayLike<number>, labels: ArrayLike<number>): BestF1 {
  const best = bestCut(scores, labels, ({ f1 }) => f1);
  if (best === undefined) return { f1: 0, threshold: 0, precision: 0, recall: 0 };
  const { f1, precision, recall } = best;
  return { f1, threshold: midpoint(best, scores), precision, recall };
}

/** The first of the best cuts between two scores; undefined if none is better than 0. */
function bestCut(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  qualityOf: (cut: ScoreCut) => number,
): ScoreCut | undefined {
  let best: ScoreCut | undefined;
  for (const cut of scoreCuts(scores, labels)) {
    if (cut.below !== undefined && qualityOf(cut) > (best ? qualityOf(best) : 0)) best = cut;
  }
  return best;
}

function midpoint({ above, below = above }: ScoreCut, scores: ArrayLike<number>): number {
  return scores instanceof Float32Array ? Math.fround(Math.fround(above + below) / 2) : (above + below) / 2;
}
