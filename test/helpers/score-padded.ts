import { Tensor, type InferenceSession } from "onnxruntime-node";

/**
 * Runs a model in the standard layout on one padded batch.
 *
 * @param paddedLength - At least the longest pair's, which it is if left out.
 * @param padId - What stands in the padding: the mask says that it does not count.
 * @param tokenTypeIds - By pair, for models that take them.
 * @returns Logits by pair, [pairs][labels].
 */
export async function scorePadded(
  session: InferenceSession,
  pairs: readonly ArrayLike<number>[],
  {
    paddedLength = Math.max(...pairs.map(({ length }) => length)),
    padId = 0,
    tokenTypeIds,
  }: { paddedLength?: number; padId?: number; tokenTypeIds?: readonly ArrayLike<number>[] } = {},
): Promise<number[][]> {
  const padded = (rows: readonly ArrayLike<number>[], padding: number) => {
    const data = new BigInt64Array(pairs.length * paddedLength).fill(BigInt(padding));
    for (const [row, values] of rows.entries()) data.set(Array.from(values, BigInt), row * paddedLength);
    return new Tensor("int64", data, [pairs.length, paddedLength]);
  };
  const { logits } = await session.run({
    input_ids: padded(pairs, padId),
    attention_mask: padded(
      pairs.map(({ length }) => new Uint8Array(length).fill(1)),
      0,
    ),
    ...(tokenTypeIds && { token_type_ids: padded(tokenTypeIds, 0) }),
  });
  if (logits === undefined) throw new RangeError("the model gives no logits");
  const numbers = logits.data as Float32Array;
  const labelCount = numbers.length / pairs.length;
  return pairs.map((_, row) => [...numbers.subarray(row * labelCount, (row + 1) * labelCount)]);
}
