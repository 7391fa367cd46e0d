/** The middle value; of an even count, the mean of the two in the middle. `NaN` for none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Linear interpolation between the two values next to the rank `share × (count - 1)`. `NaN` for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const [lower, upper] = [sorted[Math.floor(rank)] ?? NaN, sorted[Math.ceil(rank)] ?? NaN];
  return lower + (upper - lower) * (rank - Math.floor(rank));
}
