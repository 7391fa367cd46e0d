import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** How intervals are found. */
export interface BootstrapOptions {
  /** How often the queries are drawn anew. @default 10_000 */
  resamples?: number;
  /** Which part of the resampled means lies in the interval, 0 … 1. @default 0.95 */
  confidence?: number;
  /** Of the random numbers: the same seed gives the same interval. @default 1 */
  seed?: number;
}

/** A mean over queries, with the interval that it may lie in for other queries of the kind. */
export interface Estimate {
  mean: number;
  /** Ends of the bootstrap's percentile interval. */
  low: number;
  high: number;
}

/**
 * Means of columns over the same rows, with bootstrap percentile intervals.
 *
 * The rows (queries) are drawn with replacement, as many as there are, again and again; the interval holds the middle
 * `confidence` of the means. All columns see the same draws. What is paired, such as the difference of two models on
 * each query, is paired in every draw if it is a column.
 *
 * @param columns - Values by row, all of the same length.
 * @returns One estimate a column; all `NaN` for no rows. One row has an interval without width.
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), section 13.3
 */
export function bootstrapMeans(
  columns: readonly ArrayLike<number>[],
  { resamples = 10_000, confidence = 0.95, seed = 1 }: BootstrapOptions = {},
): Estimate[] {
  const rowCount = columns[0]?.length ?? 0;
  if (rowCount === 0) return columns.map(() => ({ mean: NaN, low: NaN, high: NaN }));
  const random = xoroshiro128plus(seed);
  const rows = new Uint32Array(rowCount);
  const means = columns.map(() => new Float64Array(resamples));
  for (let draw = 0; draw < resamples; draw++) {
    for (let place = 0; place < rowCount; place++) rows[place] = uniformInt(random, 0, rowCount - 1);
    for (const [index, column] of columns.entries()) (means[index] as Float64Array)[draw] = meanOf(column, rows);
  }
  return columns.map((column, index) => {
    const sorted = (means[index] as Float64Array).sort();
    const outside = (1 - confidence) / 2;
    return {
      mean: meanOf(
        column,
        rows.map((_, row) => row),
      ),
      low: quantile(sorted, outside),
      high: quantile(sorted, 1 - outside),
    };
  });
}

/**
 * The value that a part of sorted values lies below, between neighbours by linear interpolation.
 *
 * @param sorted - At least one, ascending.
 * @param part - 0 … 1.
 */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const position = part * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

function meanOf(column: ArrayLike<number>, rows: Uint32Array): number {
  let sum = 0;
  for (const row of rows) sum += column[row] as number;
  return sum / rows.length;
}
