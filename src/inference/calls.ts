import { planMicroBatches, type MicroBatchLimits } from "../planning/index.js";
import type { TokenizedPair, TokenizedPassage } from "../tokenization/index.js";
import type { Task } from "./fair-scheduler.js";
import type { PassageLogits } from "./protocol.js";
import type { ScoringModel } from "./scoring-model.js";

/** A query and a document. */
export type Pair = readonly [query: string, document: string];

/** How pairs are scored. */
export interface ScoreOptions<Result> {
  limits: MicroBatchLimits;
  labelCount: number;
  /** Called after each micro-batch with the number of pairs scored so far. */
  onScored(count: number): void;
  onDone(result: Result): void;
}

/** Characters tokenized between two yields; some 15 ms of work. */
const charactersPerStep = 10_000;

/**
 * Scores pairs: tokenizes them, plans micro-batches, runs one a step.
 *
 * `onDone` gets the logits, shape [pairs, labels], in the order of the pairs.
 */
export async function* scorePairs(
  model: ScoringModel,
  pairs: readonly Pair[],
  options: ScoreOptions<Float32Array>,
): Task {
  const tokenized = yield* tokenizeInSteps(model, pairs, { stopsEarly: true });
  let scoredCount = 0;
  const logits = yield* runInSteps(model, tokenized, {
    ...options,
    onBatch: (batch) => options.onScored((scoredCount += batch.length)),
  });
  options.onDone(logits);
}

/**
 * Scores pairs, a document that does not fit as passages of it. Micro-batches are planned over the passages of all
 * documents; a pair counts as scored when all of its passages are.
 */
export async function* scorePassages(
  model: ScoringModel,
  pairs: readonly Pair[],
  options: ScoreOptions<PassageLogits>,
): Task {
  const { passages, pairIndices, counts } = yield* splitInSteps(model, pairs);
  const missingCounts = [...counts];
  let scoredCount = 0;
  const countScored = (index: number) => {
    const pairIndex = pairIndices[index] as number;
    missingCounts[pairIndex] = (missingCounts[pairIndex] as number) - 1;
    if (missingCounts[pairIndex] === 0) scoredCount += 1;
  };
  const logits = yield* runInSteps(
    model,
    passages.map(({ pair }) => pair),
    {
      ...options,
      onBatch: (batch) => {
        batch.forEach(countScored);
        options.onScored(scoredCount);
      },
    },
  );
  options.onDone({ logits, counts, offsets: Uint32Array.from(passages.flatMap(({ start, end }) => [start, end])) });
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

/** Passages of several documents, in their order. */
interface SplitPairs {
  passages: TokenizedPassage[];
  /** Which pair each passage is of. */
  pairIndices: number[];
  /** How many passages each pair has. */
  counts: Uint32Array;
}

async function* splitInSteps(model: ScoringModel, pairs: readonly Pair[]): AsyncGenerator<void, SplitPairs> {
  const split: SplitPairs = { passages: [], pairIndices: [], counts: new Uint32Array(pairs.length) };
  let characters = 0;
  for (const [index, pair] of pairs.entries()) {
    const countBefore = split.passages.length;
    for (const passage of model.tokenizePassages(pair)) {
      split.passages.push(passage);
      split.pairIndices.push(index);
      characters += pair[0].length + passage.end - passage.start;
      if (characters < charactersPerStep) continue;
      characters = 0;
      yield;
    }
    split.counts[index] = split.passages.length - countBefore;
  }
  return split;
}

/** Runs the model, a micro-batch a step. @returns Logits, shape [pairs, labels], in the order of the pairs. */
async function* runInSteps(
  model: ScoringModel,
  tokenized: readonly TokenizedPair[],
  { limits, labelCount, onBatch }: BatchOptions,
): AsyncGenerator<void, Float32Array> {
  const logits = new Float32Array(tokenized.length * labelCount);
  for (const batch of planMicroBatches(
    tokenized.map(({ inputIds }) => inputIds.length),
    limits,
  )) {
    const rows = await model.score(batch.map((index) => tokenized[index] as TokenizedPair));
    for (const [row, index] of batch.entries()) {
      logits.set(rows.subarray(row * labelCount, (row + 1) * labelCount), index * labelCount);
    }
    onBatch(batch);
    yield;
  }
  return logits;
}

interface BatchOptions extends Pick<ScoreOptions<never>, "limits" | "labelCount"> {
  /** Called after each micro-batch with the indices of its pairs. */
  onBatch: (batch: readonly number[]) => void;
}
