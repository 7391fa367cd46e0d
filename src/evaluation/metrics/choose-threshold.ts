import { InvalidOptionsError } from "../../errors/index.js";
import { scoreCuts, type ScoreCut } from "./score-cuts.js";

/**
 * What a threshold is chosen for.
 *
 * - `"f1"` – the highest F1: precision and recall matter alike.
 * - `"accuracy"` – the most right decisions.
 * - `{ minPrecision }` – at least this precision, and then the highest recall: what is accepted should be right.
 * - `{ minRecall }` – at least this recall, and then the highest precision: little should be missed.
 */
export type ThresholdGoal = "f1" | "accuracy" | { minPrecision: number } | { minRecall: number };

/** A threshold, and what accepting pairs with `score >= threshold` has on the pairs it was chosen from. */
export interface ChosenThreshold {
  threshold: number;
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Chooses the score from which on a pair is accepted, from labelled pairs.
 *
 * A score is no probability, and which one means "relevant" differs by model and data: with `pos_weight` in its loss, a
 * model's sigmoid is moved upwards, too. So take a few hundred pairs of your own, score them, and choose. How good the
 * threshold is should be looked at on other pairs than those.
 *
 * The threshold lies midway between two distinct scores, or is the lowest score, where all pairs are accepted. Of
 * equally good ones the highest is chosen.
 *
 * @param scores - Of each pair, finite.
 * @param labels - 1 for pairs that belong together, 0 for others.
 * @returns `undefined` if no threshold reaches the precision or recall that is asked for, or there is no pair; except for
 * `"accuracy"`, also if no label is 1.
 * @throws {NonFiniteScoreError | InvalidInputError} If a score is not finite, or a label is neither 0 nor 1.
 * @throws {InvalidOptionsError} If the goal is none of those.
 *
 * @example
 * const scores = await model.predict(pairs);
 * const chosen = chooseThreshold(scores, labels, { minPrecision: 0.9 });
 * if (chosen) console.log(chosen.threshold, chosen.recall);
 */
export function chooseThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  goal: ThresholdGoal = "f1",
): ChosenThreshold | undefined {
  const { isGoodEnough, isBetter } = judgeOf(goal);
  let best: ScoreCut | undefined;
  for (const cut of scoreCuts(scores, labels)) {
    if (isGoodEnough(cut) && (best === undefined || isBetter(cut, best))) best = cut;
  }
  if (best === undefined) return undefined;
  const { above, below = above, ...quality } = best;
  return { threshold: (above + below) / 2, ...quality };
}

interface Judge {
  isGoodEnough: (cut: ScoreCut) => boolean;
  isBetter: (cut: ScoreCut, best: ScoreCut) => boolean;
}

function judgeOf(goal: ThresholdGoal): Judge {
  if (goal === "accuracy") return { isGoodEnough: () => true, isBetter: (cut, best) => cut.accuracy > best.accuracy };
  if (goal === "f1") return { isGoodEnough: ({ recall }) => recall > 0, isBetter: (cut, best) => cut.f1 > best.f1 };
  // Callers without types may give what is no object.
  const { minPrecision, minRecall } = Object(goal) as { minPrecision?: number; minRecall?: number };
  if (isRatio(minPrecision)) {
    const isGoodEnough = ({ precision, recall }: ScoreCut) => recall > 0 && precision >= minPrecision;
    return { isGoodEnough, isBetter: (cut, best) => cut.recall > best.recall };
  }
  if (isRatio(minRecall)) {
    const isGoodEnough = ({ recall }: ScoreCut) => recall > 0 && recall >= minRecall;
    return { isGoodEnough, isBetter: (cut, best) => cut.precision > best.precision };
  }
  throw new InvalidOptionsError(
    `The goal must be "f1", "accuracy", { minPrecision } or { minRecall } with a number of 0 to 1, got ` +
      `${JSON.stringify(goal)}.`,
    { goal },
  );
}

function isRatio(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}
