/** How much goes into one run of the model. */
export interface MicroBatchLimits {
  /** Most pairs in a micro-batch, >= 1. */
  batchSize: number;
  /** Most tokens in a micro-batch, >= 1, counted as `pairs × longest pair`. */
  maxBatchTokens: number;
}

/**
 * Groups pairs into micro-batches by their token counts, longest first.
 *
 * The cost of a micro-batch is `pairs × longest pair`: what attention, which works on padded blocks, has to bear.
 * Equal lengths keep input order, so the plan depends on nothing but its arguments. A pair longer than the budget gets
 * a micro-batch of its own.
 *
 * @param lengths - Tokens of each pair, shape [n].
 * @returns Indices into `lengths`, one list per micro-batch; every index occurs exactly once. `[]` for no pairs.
 */
export function planMicroBatches(lengths: readonly number[], limits: MicroBatchLimits): number[][] {
  const longestFirst = [...lengths.keys()].sort((a, b) => lengthAt(lengths, b) - lengthAt(lengths, a));
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const index of longestFirst) {
    const longest = lengthAt(lengths, batch[0] ?? index);
    const isFull = batch.length === limits.batchSize || (batch.length + 1) * longest > limits.maxBatchTokens;
    if (batch.length > 0 && isFull) {
      batches.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function lengthAt(lengths: readonly number[], index: number): number {
  return lengths[index] ?? 0;
}
