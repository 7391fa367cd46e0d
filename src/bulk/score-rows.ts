import type { Pair } from "../cross-encoder/index.js";
import { CrossrankError, type CrossrankErrorCode } from "../errors/index.js";

/** What becomes of a pair: its scores, shape [labels], or why it has none. */
export type Row = { scores: Float32Array } | { error: Error };

/** Scores pairs: rows of shape [labels], in their order. */
export type ScorePairs = (pairs: readonly Pair[]) => Promise<Float32Array[]>;

/** These say that the model or the call is wrong, whatever the pair. */
const notOfThePair: ReadonlySet<CrossrankErrorCode> = new Set([
  "INVALID_OPTIONS",
  "MODEL_NOT_FOUND",
  "INVALID_MODEL_FILE",
  "UNSUPPORTED_MODEL",
  "TENSOR_NOT_FOUND",
  "SHAPE_MISMATCH",
  "RUNTIME_UNAVAILABLE",
  "CACHE_UNAVAILABLE",
  "DISPOSED",
]);

/**
 * Scores pairs so that a bad one costs no other its score: where a call fails, its halves are scored by themselves.
 *
 * @throws What `score` throws if it is of no pair's doing, such as a missing runtime.
 */
export async function scoreRows(pairs: readonly Pair[], score: ScorePairs): Promise<Row[]> {
  try {
    return (await score(pairs)).map((scores) => ({ scores }));
  } catch (error) {
    if (!isOfPairs(error)) throw error;
    if (pairs.length === 1) return [{ error }];
    const middle = Math.ceil(pairs.length / 2);
    const head = await scoreRows(pairs.slice(0, middle), score);
    return [...head, ...(await scoreRows(pairs.slice(middle), score))];
  }
}

function isOfPairs(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return !CrossrankError.isInstance(error) || !notOfThePair.has(error.code);
}
