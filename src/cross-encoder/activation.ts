import { InvalidOptionsError, NonFiniteScoreError } from "../errors/index.js";
import type { ActivationFn } from "./options.js";

/** How logits become scores. */
export interface Scoring {
  labelCount: number;
  activationFn: ActivationFn;
  /** Softmax over the labels, after the activation; ignored for one label, where it would make every score 1. */
  applySoftmax: boolean;
  /** For errors: the caller's pair of each row, if that is not the row itself. */
  pairIndices?: ArrayLike<number>;
}

/**
 * Turns logits into scores, in float32. The one place where that is done.
 *
 * @param logits - Shape [pairs, labels].
 * @returns Scores, shape [pairs, labels].
 * @throws {InvalidOptionsError} If the activation gives another number of scores than labels, or is softmax over one
 * label, which would make every score 1.
 * @throws {NonFiniteScoreError} If a logit or a score is NaN or infinite, naming the pairs.
 */
export function scoresFromLogits(
  logits: Float32Array,
  { labelCount, activationFn, applySoftmax, pairIndices }: Scoring,
): Float32Array {
  requireFinite(logits, "logit", { labelCount, pairIndices });
  const activate = activationOf(activationFn, labelCount);
  const scores = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += labelCount) {
    const row = activate(logits.subarray(start, start + labelCount));
    requireCount(row, labelCount);
    scores.set(applySoftmax && labelCount > 1 ? softmax(Float32Array.from(row)) : row, start);
  }
  requireFinite(scores, "score", { labelCount, pairIndices });
  return scores;
}

function activationOf(activationFn: ActivationFn, labelCount: number): (logits: Float32Array) => ArrayLike<number> {
  if (typeof activationFn === "function") return activationFn;
  switch (activationFn) {
    case "sigmoid":
      return (logits) => logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    case "tanh":
      return (logits) => logits.map(Math.tanh);
    case "identity":
      return (logits) => logits;
    case "softmax":
      if (labelCount === 1) throw softmaxOverOneLabel();
      return softmax;
  }
}

function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function requireFinite(
  values: Float32Array,
  what: string,
  { labelCount, pairIndices }: { labelCount: number; pairIndices: ArrayLike<number> | undefined },
): void {
  const indices = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (Number.isFinite(value)) continue;
    const row = Math.floor(index / labelCount);
    indices.add(pairIndices?.[row] ?? row);
  }
  if (indices.size === 0) return;
  throw new NonFiniteScoreError(
    `Every ${what} must be a finite number, but that of ${indices.size} pairs is not, the first at index ` +
      `${String([...indices][0])}. The model's weights are damaged, or the activation divides by zero.`,
    { indices: [...indices] },
  );
}

/** @param row - What the caller's function returned, which may be anything. */
function requireCount(row: ArrayLike<number> | null | undefined, expected: number): void {
  const actual = row?.length;
  if (actual === expected) return;
  const got = typeof actual === "number" ? actual : "no list";
  const message = `activationFn must return a score for each of the model's ${expected} labels, got ${got}.`;
  throw new InvalidOptionsError(message, { expected, actual });
}

function softmaxOverOneLabel(): InvalidOptionsError {
  return new InvalidOptionsError(
    `activationFn must not be "softmax" for a model of one label: every score would be 1. Use "sigmoid" or "identity".`,
    { activationFn: "softmax" },
  );
}
