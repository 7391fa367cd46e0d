import { describe, expect, test } from "vitest";

import { planMicroBatches, type MicroBatchLimits } from "../../../src/planning/plan-micro-batches.js";
import { seededRandom } from "../../helpers/seeded-random.js";

const unlimited = { batchSize: Infinity, maxBatchTokens: Infinity };

test.each<[string, number[], Partial<MicroBatchLimits>, number[][]]>([
  ["no pairs give no micro-batches", [], {}, []],
  ["the longest come first", [5, 29, 11, 23, 17], {}, [[1, 3, 4, 2, 0]]],
  ["no more than batchSize go together", [5, 29, 11, 23, 17], { batchSize: 2 }, [[1, 3], [4, 2], [0]]],
  ["equal lengths keep their order", [7, 3, 7, 3, 7], { batchSize: 2 }, [[0, 2], [4, 1], [3]]],
  ["the budget counts pairs × longest pair, not the sum", [10, 1, 1, 1], { maxBatchTokens: 30 }, [[0, 1, 2], [3]]],
  ["a full budget is not exceeded", [10, 10, 10], { maxBatchTokens: 20 }, [[0, 1], [2]]],
  ["a budget one token short splits", [10, 10], { maxBatchTokens: 19 }, [[0], [1]]],
  ["a pair above the budget goes alone", [50, 10, 10], { maxBatchTokens: 20 }, [[0], [1, 2]]],
  ["every pair above the budget goes alone", [50, 60], { maxBatchTokens: 20 }, [[1], [0]]],
  [
    "the tighter limit decides",
    [10, 10, 10, 10],
    { batchSize: 3, maxBatchTokens: 20 },
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ["both limits of 1 leave one each", [2, 1], { batchSize: 1, maxBatchTokens: 1 }, [[0], [1]]],
])("%s", (_, lengths, limits, batches) => {
  expect(planMicroBatches(lengths, { ...unlimited, ...limits })).toEqual(batches);
});

test("the lengths are left as they are", () => {
  const lengths = [1, 3, 2];
  planMicroBatches(lengths, unlimited);
  expect(lengths).toEqual([1, 3, 2]);
});

describe("of random lengths", () => {
  const cases = Array.from({ length: 50 }, (_, seed) => {
    const random = seededRandom(seed);
    const integer = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
    return {
      lengths: Array.from({ length: integer(0, 200) }, () => integer(1, integer(1, 600))),
      limits: { batchSize: integer(1, 40), maxBatchTokens: integer(1, 2000) },
    };
  });

  test("every pair is in one micro-batch", () => {
    for (const { lengths, limits } of cases) {
      const indices = planMicroBatches(lengths, limits).flat();
      expect(indices.toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
    }
  });

  test("no micro-batch is empty, exceeds the limits, or leaves room for the next pair", () => {
    for (const { lengths, limits } of cases) {
      const batches = planMicroBatches(lengths, limits).map((batch) => batch.map((index) => lengths[index] as number));
      for (const [index, batch] of batches.entries()) {
        const longest = batch[0] as number;
        const hasRoom = batch.length < limits.batchSize && (batch.length + 1) * longest <= limits.maxBatchTokens;
        expect(batch.length).toBeLessThanOrEqual(limits.batchSize);
        expect(batch.length === 1 || batch.length * longest <= limits.maxBatchTokens).toBe(true);
        expect(hasRoom && index < batches.length - 1).toBe(false);
      }
    }
  });

  test("lengths fall from the first to the last", () => {
    for (const { lengths, limits } of cases) {
      const planned = planMicroBatches(lengths, limits).flatMap((batch) => batch.map((index) => lengths[index]));
      expect(planned).toEqual(lengths.toSorted((a, b) => b - a));
    }
  });

  test("a shuffled input gives micro-batches of the same lengths", () => {
    for (const [seed, { lengths, limits }] of cases.entries()) {
      const shuffled = shuffle(lengths, seededRandom(seed));
      const lengthsOf = (input: readonly number[]) =>
        planMicroBatches(input, limits).map((batch) => batch.map((index) => input[index]));
      expect(lengthsOf(shuffled)).toEqual(lengthsOf(lengths));
    }
  });
});

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
