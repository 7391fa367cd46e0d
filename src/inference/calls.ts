import { planMicroBatches, type MicroBatchLimits } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import type { Task } from "./fair-scheduler.js";
import type { ScoringModel } from "./scoring-model.js";

/** A query and a document. */
export type Pair = readonly [query: string, document: string];

/** Characters tokenized between two yields; some 15 ms of work. */
const charactersPerStep = 10_000;

/**
 * Scores pairs: tokenizes them, plans micro-batches, runs one a step.
 *
 * @param onScored - Called after each micro-batch with the number of pairs scored so far.
 * @param onDone - Called with the logits, shape [pairs, labels], in the order of the pairs.
 */
export async function* scorePairs(
  model: ScoringModel,
  pairs: readonly Pair[],
  options: {
    limits: MicroBatchLimits;
    labelCount: number;
    onScored(count: number): void;
    onDone(logits: Float32Array): void;
  },
): Task {
  const { labelCount, limits } = options;
  const tokenized = yield* tokenizeInSteps(model, pairs, { stopsEarly: true });
  const logits = new Float32Array(pairs.length * labelCount);
  let scoredCount = 0;
  for (const batch of planMicroBatches(
    tokenized.map(({ inputIds }) => inputIds.length),
    limits,
  )) {
    const rows = await model.score(batch.map((index) => (tokenized[index] as TokenizedPair).inputIds));
    for (const [row, index] of batch.entries()) {
      logits.set(rows.subarray(row * labelCount, (row + 1) * labelCount), index * labelCount);
    }
    scoredCount += batch.length;
    options.onScored(scoredCount);
    yield;
  }
  options.onDone(logits);
}

/** Tokenizes pairs. @param onDone - Called with the tokenized pairs, in the order of the pairs. */
export async function* tokenizePairs(
  model: ScoringModel,
  pairs: readonly Pair[],
  onDone: (tokenized: readonly TokenizedPair[]) => void,
): Task {
  onDone(yield* tokenizeInSteps(model, pairs, { stopsEarly: false }));
}

async function* tokenizeInSteps(
  model: ScoringModel,
  pairs: readonly Pair[],
  options: { stopsEarly: boolean },
): AsyncGenerator<void, TokenizedPair[]> {
  const tokenized: TokenizedPair[] = [];
  let characters = 0;
  for (const pair of pairs) {
    tokenized.push(model.tokenize(pair, options));
    characters += pair[0].length + pair[1].length;
    if (characters < charactersPerStep) continue;
    characters = 0;
    yield;
  }
  return tokenized;
}
