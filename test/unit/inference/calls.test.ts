import { describe, expect, test } from "vitest";

import { scorePairs, scorePassages, tokenizePairs, type Pair } from "../../../src/inference/calls.js";
import type { Task } from "../../../src/inference/fair-scheduler.js";
import type { PassageLogits } from "../../../src/inference/protocol.js";
import type { ScoringModel } from "../../../src/inference/scoring-model.js";
import type { TokenizedPair, TokenizeOptions } from "../../../src/tokenization/index.js";

interface FakeModel {
  model: ScoringModel;
  /** The token counts of each micro-batch. */
  batches: number[][];
  tokenizeOptions: (TokenizeOptions | undefined)[];
}

/**
 * A model without a session: a token is a character of the document, and logits are its length and minus that. Passages
 * are a document's lines.
 */
function fakeModel(): FakeModel {
  const batches: number[][] = [];
  const tokenizeOptions: (TokenizeOptions | undefined)[] = [];
  const model = {
    tokenize: ([, document]: Pair, options?: TokenizeOptions): TokenizedPair => {
      tokenizeOptions.push(options);
      return { inputIds: new Int32Array(document.length), truncatedTokens: 0 };
    },
    tokenizePassages: function* ([query, document]: Pair) {
      let start = 0;
      for (const line of document.split(/(?<=\n)/)) {
        yield { start, end: start + line.length, pair: model.tokenize([query, line]) };
        start += line.length;
      }
    },
    score: async (batch: readonly TokenizedPair[]) => {
      const lengths = batch.map(({ inputIds }) => inputIds.length);
      batches.push(lengths);
      return Float32Array.from(lengths.flatMap((length) => [length, -length]));
    },
  };
  return { model: model as unknown as ScoringModel, batches, tokenizeOptions };
}

function pairsOf(...lengths: number[]): Pair[] {
  return lengths.map((length) => ["", "x".repeat(length)]);
}

async function countSteps(task: Task): Promise<number> {
  let steps = 0;
  while (!(await task.next()).done) steps++;
  return steps;
}

interface Scored {
  logits: number[];
  progress: number[];
  steps: number;
}

async function scored(fake: FakeModel, pairs: Pair[], batchSize: number): Promise<Scored> {
  const progress: number[] = [];
  let logits: Float32Array | undefined;
  const task = scorePairs(fake.model, pairs, {
    limits: { batchSize, maxBatchTokens: 1000 },
    labelCount: 2,
    onTokenized: () => undefined,
    onScored: (count) => progress.push(count),
    onDone: (result) => (logits = result),
  });
  const steps = await countSteps(task);
  return { logits: [...(logits ?? [])], progress, steps };
}

test("logits are in the order of the pairs, whatever that of the micro-batches", async () => {
  const fake = fakeModel();
  const { logits } = await scored(fake, pairsOf(3, 9, 5, 7, 1), 2);
  expect(fake.batches).toEqual([[9, 7], [5, 3], [1]]);
  expect(logits).toEqual([3, -3, 9, -9, 5, -5, 7, -7, 1, -1]);
});

test("other work can come after each micro-batch, and progress counts pairs", async () => {
  const { progress, steps } = await scored(fakeModel(), pairsOf(3, 9, 5, 7, 1), 2);
  expect(progress).toEqual([2, 4, 5]);
  expect(steps).toBe(3);
});

test("no pairs have no logits, and no micro-batch is run", async () => {
  const fake = fakeModel();
  expect(await scored(fake, [], 2)).toEqual({ logits: [], progress: [], steps: 0 });
  expect(fake.batches).toEqual([]);
});

test("other work can come after every 10,000 characters that are tokenized", async () => {
  const pairs: Pair[] = [["x".repeat(4000), "x".repeat(6000)], ...pairsOf(5000, 4999, 1, 9999)];
  let count = 0;
  const steps = await countSteps(tokenizePairs(fakeModel().model, pairs, (tokenized) => (count = tokenized.length)));
  expect(steps).toBe(2);
  expect(count).toBe(5);
});

test("scoring may stop reading a document early, counting its tokens may not", async () => {
  const scoring = fakeModel();
  await scored(scoring, pairsOf(1), 1);
  expect(scoring.tokenizeOptions).toEqual([{ stopsEarly: true }]);
  const counting = fakeModel();
  await countSteps(tokenizePairs(counting.model, pairsOf(1), () => undefined));
  expect(counting.tokenizeOptions).toEqual([{ stopsEarly: false }]);
});

test("pairs that are tokenized come in their order", async () => {
  let lengths: number[] = [];
  const onDone = (tokenized: readonly TokenizedPair[]) => (lengths = tokenized.map(({ inputIds }) => inputIds.length));
  await countSteps(tokenizePairs(fakeModel().model, pairsOf(3, 9, 5), onDone));
  expect(lengths).toEqual([3, 9, 5]);
});

describe("passages", () => {
  const pairs: Pair[] = [
    ["", "12345\n123\n1\n"],
    ["", "1234567"],
    ["", ""],
    ["", "1\n123456789\n"],
  ];

  async function scoredPassages(
    fake: FakeModel,
  ): Promise<{ result: PassageLogits; progress: number[]; steps: number }> {
    const progress: number[] = [];
    const results: PassageLogits[] = [];
    const task = scorePassages(fake.model, pairs, {
      limits: { batchSize: 2, maxBatchTokens: 1000 },
      labelCount: 2,
      onTokenized: () => undefined,
      onScored: (count) => progress.push(count),
      onDone: (result) => results.push(result),
    });
    const steps = await countSteps(task);
    return { result: results[0] as PassageLogits, progress, steps };
  }

  test("of all documents share micro-batches, and their logits come by document", async () => {
    const fake = fakeModel();
    const { result } = await scoredPassages(fake);
    expect(fake.batches).toEqual([[10, 7], [6, 4], [2, 2], [0]]);
    expect([...result.logits]).toEqual([6, 4, 2, 7, 0, 2, 10].flatMap((length) => [length, -length]));
    expect([...result.counts]).toEqual([3, 1, 1, 2]);
    expect([...result.offsets]).toEqual([0, 6, 6, 10, 10, 12, 0, 7, 0, 0, 0, 2, 2, 12]);
  });

  test("count as a pair when the last of them is scored", async () => {
    const { progress, steps } = await scoredPassages(fakeModel());
    expect(progress).toEqual([1, 1, 3, 4]);
    expect(steps).toBe(4);
  });

  test("let other work come after every 10,000 characters that are tokenized", async () => {
    const line = `${"x".repeat(3999)}\n`;
    const task = scorePassages(fakeModel().model, [["", line.repeat(8)]], {
      limits: { batchSize: 100, maxBatchTokens: 100_000 },
      labelCount: 2,
      onTokenized: () => undefined,
      onScored: () => undefined,
      onDone: () => undefined,
    });
    expect(await countSteps(task)).toBe(2 + 1);
  });

  test("of no pairs are none", async () => {
    const task = scorePassages(fakeModel().model, [], {
      limits: { batchSize: 2, maxBatchTokens: 1000 },
      labelCount: 2,
      onTokenized: () => undefined,
      onScored: () => expect.fail("nothing is scored"),
      onDone: ({ logits, counts, offsets }) =>
        expect([logits, counts, offsets].map(({ length }) => length)).toEqual([0, 0, 0]),
    });
    expect(await countSteps(task)).toBe(0);
  });
});
