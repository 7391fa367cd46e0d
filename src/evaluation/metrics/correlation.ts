import { requireFiniteScores, requireSameLength } from "./tied-blocks.js";

/**
 * Pearson's correlation: how near two lists of numbers lie to a line, -1 … 1.
 *
 *     r = Σ (a - mean a)(b - mean b) / sqrt(Σ (a - mean a)² × Σ (b - mean b)²)
 *
 * @returns `NaN` for fewer than two numbers, or where all of one list are equal: no line is better than another.
 * @throws {NonFiniteScoreError | InvalidInputError} If a number is not finite, or the lists differ in length.
 * @see scipy 1.16, `scipy.stats.pearsonr`
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requireFiniteScores(a);
  requireFiniteScores(b);
  requireSameLength(a, b, "label");
  const [deviationsA, deviationsB] = [deviations(a), deviations(b)];
  const [lengthA, lengthB] = [norm(deviationsA), norm(deviationsB)];
  if (lengthA === 0 || lengthB === 0) return NaN;
  const product = deviationsA.reduce(
    (sum, value, i) => sum + (value / lengthA) * ((deviationsB[i] as number) / lengthB),
    0,
  );
  return Math.min(Math.max(product, -1), 1);
}

/**
 * Spearman's rank correlation: how far two lists put things in the same order, -1 … 1. Pearson's correlation of their
 * ranks, where **tied** numbers get the average of the ranks they share.
 *
 * @returns `NaN` for fewer than two numbers, or where all of one list are equal.
 * @throws {NonFiniteScoreError | InvalidInputError} If a number is not finite, or the lists differ in length.
 * @see scipy 1.16, `scipy.stats.spearmanr`
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requireFiniteScores(a);
  requireFiniteScores(b);
  requireSameLength(a, b, "label");
  return pearson(averageRanks(a), averageRanks(b));
}

/** Ranks from 1, the lowest first; tied numbers get the average of the ranks they share. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    const value = values[order[start] as number];
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === value) end += 1;
    for (let place = start; place < end; place++) ranks[order[place] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Differences from the mean. Equal numbers have none, also where their mean is rounded. */
function deviations(values: ArrayLike<number>): Float64Array {
  const numbers = Float64Array.from(values);
  if (numbers.every((value) => value === numbers[0])) return numbers.fill(0);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return numbers.map((value) => value - mean);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
