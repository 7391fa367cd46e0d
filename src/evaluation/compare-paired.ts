import { InvalidInputError } from "../errors/index.js";
import { bootstrapMeans, type BootstrapOptions, type Estimate } from "./bootstrap.js";
import { signTest } from "./sign-test.js";

/** How a metric differs between two rankings of the same queries. */
export interface PairedComparison {
  /** Mean of the second less the first, with its interval. */
  difference: Estimate;
  /** Queries where the second is better, equal and worse. */
  wins: number;
  ties: number;
  losses: number;
  /** Two-sided p-value of the exact sign test over wins and losses, see {@link signTest}. */
  signTestP: number;
}

/** Smaller differences are rounding: the same ranking, summed in another order. */
export const tieTolerance = 1e-9;

/**
 * Compares a metric of two models, or of one model with two settings, query by query.
 *
 * The interval says how large the mean difference may be on other queries of the kind; the sign test, which looks at
 * who won only, how likely so many wins are by chance. A difference whose interval holds 0 is not settled.
 *
 * @param first - The metric by query.
 * @param second - The same queries, in the same order.
 * @throws {InvalidInputError} If the two differ in length, or are empty.
 */
export function comparePaired(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: BootstrapOptions = {},
): PairedComparison {
  if (first.length !== second.length || first.length === 0) {
    throw new InvalidInputError(
      `Two rankings must have a value for each of the same queries, got ${first.length} and ${second.length}.`,
      { argument: "second", expected: first.length, actual: second.length },
    );
  }
  const differences = Float64Array.from(first, (value, index) => (second[index] as number) - value);
  const [difference] = bootstrapMeans([differences], options) as [Estimate];
  return { difference, ...countSigns(differences) };
}

/** Wins, ties and losses, and how likely they are by chance. */
export function countSigns(differences: Float64Array): Omit<PairedComparison, "difference"> {
  const wins = differences.filter((value) => value > tieTolerance).length;
  const losses = differences.filter((value) => value < -tieTolerance).length;
  return { wins, ties: differences.length - wins - losses, losses, signTestP: signTest(wins, losses) };
}
