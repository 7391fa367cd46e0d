import { InvalidOptionsError } from "../errors/index.js";
import type { ActivationFn } from "./options.js";

/** How a model was trained, as far as it moves its scores. */
export interface Calibration {
  /** `pos_weight` of the binary cross-entropy: how many times as much a positive pair counted as a negative one. */
  posWeight: number;
}

/**
 * A sigmoid that gives probabilities for a model whose loss weighed positive pairs more.
 *
 * With binary cross-entropy and `pos_weight` w the best logit for a pair that matches with probability p is
 * `logit(p) + ln(w)`: the plain sigmoid is too high, and a pair of which nothing is known does not get the share of
 * positives that there were in training. So this is `sigmoid(logit - ln(w))`. The ranking is the same; only thresholds
 * and sums of scores gain by it.
 *
 * The probability is that of the pairs trained on, among which negatives were chosen to be hard: look at your own before
 * you rely on it.
 *
 * @throws {InvalidOptionsError} If `posWeight` is not a finite number above 0.
 *
 * @example
 * // GooAQ rerankers of the BCE recipe: five negatives a positive, pos_weight 5.
 * const model = await CrossEncoder.fromPretrained(folder, { activationFn: calibratedSigmoid({ posWeight: 5 }) });
 */
export function calibratedSigmoid(calibration: Calibration): Exclude<ActivationFn, string> {
  // Callers without types may give nothing at all.
  const { posWeight } = Object(calibration) as Partial<Calibration>;
  if (!(typeof posWeight === "number" && posWeight > 0 && posWeight < Infinity)) {
    throw new InvalidOptionsError(`posWeight must be a finite number above 0, got ${String(posWeight)}.`, {
      issues: [{ path: "posWeight", message: "expected a finite number above 0" }],
    });
  }
  const shift = Math.log(posWeight);
  return (logits) => logits.map((logit) => 1 / (1 + Math.exp(shift - logit)));
}
