/**
 * Kendall's tau-b between two scorings of the same documents: 1 for the same order, -1 for the opposite one.
 *
 * Pairs that are tied in one of them count for neither side; tau-b is then out of the pairs that could have counted.
 *
 * @returns `NaN` for fewer than two documents, or where all scores of one are equal.
 * @see Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945)
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let agreement = 0;
  let untiedInA = 0;
  let untiedInB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const orderInA = Math.sign((a[i] as number) - (a[j] as number));
      const orderInB = Math.sign((b[i] as number) - (b[j] as number));
      agreement += orderInA * orderInB;
      untiedInA += Math.abs(orderInA);
      untiedInB += Math.abs(orderInB);
    }
  }
  return agreement / Math.sqrt(untiedInA * untiedInB);
}
