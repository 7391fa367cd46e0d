import { Tensor, type InferenceSession } from "onnxruntime-node";

/**
 * Runs a model in the standard layout on one padded batch.
 *
 * @param paddedLength - At least the longest pair's, which it is if left out.
 * @param padId - What stands in the padding: the mask says that it does not count.
 * @returns Logits by pair, [pairs][labels].
 */
export async function scorePadded(
  session: InferenceSession,
  pairs: readonly ArrayLike<number>[],
  { paddedLength = Math.max(...pairs.map(({ length }) => length)), padId = 0 } = {},
): Promise<number[][]> {
  const inputIds = new BigInt64Array(pairs.length * paddedLength).fill(BigInt(padId));
  const mask = new BigInt64Array(inputIds.length);
  for (const [row, ids] of pairs.entries()) {
    const start = row * paddedLength;
    inputIds.set(Array.from(ids, BigInt), start);
    mask.fill(1n, start, start + ids.length);
  }
  const dims = [pairs.length, paddedLength];
  const { logits } = await session.run({
    input_ids: new Tensor("int64", inputIds, dims),
    attention_mask: new Tensor("int64", mask, dims),
  });
  if (logits === undefined) throw new RangeError("the model gives no logits");
  const numbers = logits.data as Float32Array;
  const labelCount = numbers.length / pairs.length;
  return pairs.map((_, row) => [...numbers.subarray(row * labelCount, (row + 1) * labelCount)]);
}
