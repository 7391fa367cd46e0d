/**
 * Rows of a position table before the one of a pair's first token: those up to the padding token's, in models that
 * count from there, as RoBERTa does.
 *
 * @param paddingId - `undefined` for a model that counts from 0.
 */
export function positionsBefore(paddingId: number | undefined): number {
  return paddingId === undefined ? 0 : paddingId + 1;
}
