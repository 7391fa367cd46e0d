import { expect, test } from "vitest";
import { compareModels, kendallTau, ndcg } from "../../../src/evaluation/index.js";

test("NDCG is 1 for the best order, and discounts by the logarithm of the rank", () => {
  expect(ndcg([3, 2, 1], [1, 0, 0], 10)).toBe(1);
  expect(ndcg([3, 2, 1], [0, 1, 0], 10)).toBeCloseTo(1 / Math.log2(3), 12);
  expect(ndcg([1, 2, 3], [3, 2, 1], 10)).toBeCloseTo(
    (1 + 2 / Math.log2(3) + 3 / 2) / (3 + 2 / Math.log2(3) + 1 / 2),
    12,
  );
});

test("NDCG looks at the first k, keeps the order of equal scores, and is 0 without relevant documents", () => {
  expect(ndcg([3, 2, 1], [0, 0, 1], 2)).toBe(0);
  expect(ndcg([1, 1], [1, 0], 1)).toBe(1);
  expect(ndcg([1, 1], [0, 1], 1)).toBe(0);
  expect(ndcg([1, 2], [0, 0], 10)).toBe(0);
});

// Expected values of tau-b by hand: (agreeing - opposite) / sqrt(untied in a × untied in b).
test.each([
  [[1, 2, 3], [10, 20, 30], 1],
  [[1, 2, 3], [3, 2, 1], -1],
  [[1, 2, 3, 4], [1, 2, 4, 3], 4 / 6],
  [[1, 1, 2], [1, 2, 3], 2 / Math.sqrt(2 * 3)],
])("Kendall's tau of %j and %j", (a, b, expected) => {
  expect(kendallTau(a, b)).toBeCloseTo(expected, 12);
});

test("Kendall's tau has no value without an order", () => {
  expect(kendallTau([1], [2])).toBeNaN();
  expect(kendallTau([1, 1], [1, 2])).toBeNaN();
});

test("compares two models over samples, with and without judgements", async () => {
  const scoreByLength = async (pairs: [string, string][]) => Float32Array.from(pairs, ([, { length }]) => length);
  const opposite = async (pairs: [string, string][]) => (await scoreByLength(pairs)).map((score) => -score);
  const documents = ["a", "bb"];
  const judged = { query: "q", documents, relevance: [0, 1] };
  const agreement = await compareModels(scoreByLength, opposite, [judged, { query: "p", documents }]);
  expect(agreement).toEqual({
    queries: 2,
    pairs: 4,
    kendallTau: -1,
    ndcgAt10: { reference: 1, model: 1 / Math.log2(3) },
    meanDifference: 3,
    largestDifference: 4,
  });
  expect(await compareModels(scoreByLength, opposite, [])).toEqual({
    queries: 0,
    pairs: 0,
    kendallTau: undefined,
    meanDifference: 0,
    largestDifference: 0,
  });
});
