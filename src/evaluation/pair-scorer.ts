import { InvalidInputError, InvalidOptionsError, NonFiniteScoreError } from "../errors/index.js";

/** A query and a document. */
export type ScoredPair = readonly [query: string, document: string];

/** What an evaluator passes on with its pairs. */
export interface ScorerOptions {
  batchSize?: number;
  promptName?: string;
  signal?: AbortSignal;
}

/**
 * Whatever scores pairs: a `CrossEncoder`, or anything with its `predict`, such as a client of a remote service.
 *
 * Resolves to one finite score a pair, in their order; with several labels to one list of scores a pair.
 */
export interface PairScorer {
  predict(
    pairs: readonly ScoredPair[],
    options?: ScorerOptions,
  ): Promise<ArrayLike<number> | readonly ArrayLike<number>[]>;
}

/** Pairs that one call of `predict` gets: enough to fill micro-batches with like lengths, and no more in memory. */
export const pairsPerCall = 4096;

/**
 * Scores pairs with a model of one label.
 *
 * @throws {InvalidOptionsError} If there are several scores a pair.
 * @throws {InvalidInputError} If there is not one score a pair.
 * @throws {NonFiniteScoreError} If a score is NaN or infinite; names the pairs.
 */
export async function scorePairs(
  scorer: PairScorer,
  pairs: readonly ScoredPair[],
  options: ScorerOptions,
): Promise<ArrayLike<number>> {
  if (pairs.length === 0) return new Float32Array(0);
  const scores = await scorer.predict(pairs, options);
  requireCount(scores, pairs);
  if (isRows(scores)) {
    throw new InvalidOptionsError(
      `The model must give one score a pair, but gives ${scores[0]?.length ?? 0}. Evaluate a model of several labels with ` +
        `CrossEncoderClassificationEvaluator.`,
      { numLabels: scores[0]?.length },
    );
  }
  requireFinite(scores, pairs);
  return scores;
}

/**
 * Scores pairs in calls of bounded size, with a model of one or several labels.
 *
 * @param onScored - Called with the number of pairs scored so far.
 * @returns One list of all scores, float32 if the model's are; or one list a pair.
 * @throws {InvalidInputError | NonFiniteScoreError} If there is not one score or list a pair, or one is not finite.
 */
export async function scoreInCalls(
  scorer: PairScorer,
  pairs: readonly ScoredPair[],
  options: ScorerOptions,
  onScored?: (scored: number) => void,
): Promise<ArrayLike<number> | readonly ArrayLike<number>[]> {
  const parts: (ArrayLike<number> | readonly ArrayLike<number>[])[] = [];
  for (let start = 0; start < pairs.length; start += pairsPerCall) {
    const call = pairs.slice(start, start + pairsPerCall);
    const scores = await scorer.predict(call, options);
    requireCount(scores, call);
    requireFinite(scores, call, start);
    parts.push(scores);
    onScored?.(start + call.length);
  }
  if (parts.some(isRows)) return parts.flatMap((part) => Array.from(part as readonly ArrayLike<number>[]));
  const numbers = parts.flatMap((part) => Array.from(part as ArrayLike<number>));
  return parts.every((part) => part instanceof Float32Array) ? Float32Array.from(numbers) : numbers;
}

/** Whether there is a list of scores a pair. */
export function isRows(
  scores: ArrayLike<number> | readonly ArrayLike<number>[],
): scores is readonly ArrayLike<number>[] {
  return typeof scores[0] === "object";
}

function requireCount(scores: ArrayLike<unknown>, pairs: readonly ScoredPair[]): void {
  if (scores.length === pairs.length) return;
  throw new InvalidInputError(
    `predict() must give one score a pair, but gave ${scores.length} for ${pairs.length} pairs.`,
    { argument: "model", expected: pairs.length, actual: scores.length },
  );
}

/** @param start - Place of the first of these pairs among those of all calls. */
function requireFinite(
  scores: ArrayLike<number> | readonly ArrayLike<number>[],
  pairs: readonly ScoredPair[],
  start = 0,
): void {
  for (const [index, [query]] of pairs.entries()) {
    const row = scores[index] as number | ArrayLike<number>;
    const values = typeof row === "object" ? Array.from(row) : [row];
    if (values.every(Number.isFinite)) continue;
    const value = values.find((score) => !Number.isFinite(score));
    throw new NonFiniteScoreError(
      `predict() must give finite scores, but gave ${String(value)} for the query ${JSON.stringify(query.slice(0, 80))}.`,
      { indices: [start + index] },
    );
  }
}
