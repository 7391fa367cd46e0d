/**
 * Two-sided p-value of the sign test: how likely so uneven a count of wins and losses would be if both were equally
 * likely. Ties are left out, as the test has it.
 *
 *     p = min(1, 2 × Σ over i = 0 … min(wins, losses) of (n over i) / 2ⁿ), n = wins + losses
 *
 * Exact, by the binomial distribution; no normal approximation.
 *
 * @returns 0 … 1; 1 without wins and losses.
 */
export function signTest(wins: number, losses: number): number {
  const count = wins + losses;
  // Logarithms, since 2ⁿ leaves the range of numbers at n = 1024.
  let logTerm = -count * Math.LN2;
  let tail = 0;
  for (let i = 0; i <= Math.min(wins, losses); i++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((count - i) / (i + 1));
  }
  return Math.min(1, 2 * tail);
}
