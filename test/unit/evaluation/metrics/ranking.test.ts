import { describe, expect, test } from "vitest";
import { averagePrecision, ndcg, precisionAt, recallAt, reciprocalRank } from "../../../../src/evaluation/index.js";
import { seededRandom } from "../../../helpers/seeded-random.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

describe("NDCG", () => {
  test("is 1 for the best order, and discounts by the logarithm of the rank", () => {
    expect(ndcg([3, 2, 1], [1, 0, 0], 10)).toBe(1);
    expect(ndcg([3, 2, 1], [0, 1, 0], 10)).toBeCloseTo(1 / Math.log2(3), 12);
    expect(ndcg([3, 2, 1], [0, 0, 1], 2)).toBe(0);
  });

  test("has a linear gain for graded relevance", () => {
    const expected = (1 + 2 / Math.log2(3) + 3 / 2) / (3 + 2 / Math.log2(3) + 1 / 2);
    expect(ndcg([1, 2, 3], [3, 2, 1], 10)).toBeCloseTo(expected, 12);
  });

  test("counts what the ranking lacks in the best order only", () => {
    expect(ndcg([2, 1], [1, 0], 10, [1])).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12);
    expect(ndcg([2, 1], [1, 0], 1, [1])).toBe(1);
  });

  test("is the relevance of one document alone, and 0 without any", () => {
    expect(ndcg([0.3], [1], 10)).toBe(1);
    expect(ndcg([0.3], [0], 10)).toBe(0);
    expect(ndcg([], [], 10)).toBe(0);
  });
});

describe("the reciprocal rank", () => {
  test.each([
    [[3, 2, 1], [0, 1, 1], 10, 1 / 2],
    [[3, 2, 1], [0, 0, 1], 2, 0],
    [[3, 2, 1], [0, 0, 0], 10, 0],
    [[], [], 10, 0],
  ])("of scores %j and relevance %j within %d is %d", (scores, relevance, k, expected) => {
    expect(reciprocalRank(scores, relevance, k)).toBeCloseTo(expected, 12);
  });
});

describe("average precision", () => {
  test("is over the whole ranking, and counts what is missing as never found", () => {
    expect(averagePrecision([4, 3, 2, 1], [1, 0, 1, 0])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision([4, 3, 2, 1], [1, 0, 1, 0], 2)).toBeCloseTo((1 + 2 / 3) / 4, 12);
    expect(averagePrecision([], [], 1)).toBe(0);
    expect(averagePrecision([1], [0])).toBe(0);
  });

  test("takes tied documents together", () => {
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(1 / 4);
  });
});

describe("recall and precision", () => {
  test("are of the first k documents, whatever their number", () => {
    expect(recallAt([3, 2, 1], [1, 0, 1], 2)).toBe(1 / 2);
    expect(recallAt([3, 2, 1], [1, 0, 1], Infinity, 2)).toBe(2 / 4);
    expect(recallAt([1], [0], 1)).toBe(0);
    expect(precisionAt([3, 2, 1], [1, 0, 1], 2)).toBe(1 / 2);
    expect(precisionAt([3], [1], 10)).toBe(1 / 10);
  });
});

/** Every order of the documents. */
function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, place) => order.toSpliced(place, 0, count - 1)),
  );
}

test("with ties, NDCG, the reciprocal rank, recall and precision are their means over all orders of the tied", () => {
  const random = seededRandom(1);
  const orders = permutations(6);
  for (let round = 0; round < 20; round++) {
    const scores = Array.from({ length: 6 }, () => Math.floor(random() * 3));
    const relevance = Array.from({ length: 6 }, () => Math.floor(random() * 2));
    const k = 1 + Math.floor(random() * 6);
    for (const metric of [ndcg, reciprocalRank, recallAt, precisionAt]) {
      const values = orders.map((order) => {
        const untied = scores.map((score, index) => score - (order[index] as number) / 100);
        return metric(untied, relevance, k);
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(metric(scores, relevance, k), `${metric.name} of ${scores.join()} ${relevance.join()} ${k}`).toBeCloseTo(
        mean,
        10,
      );
    }
  }
});

test("no metric depends on the order in which documents are given", () => {
  const scores = [0.5, 0.5, 0.1, 0.9];
  const relevance = [1, 0, 1, 0];
  for (const order of permutations(4)) {
    const at = (values: number[]) => order.map((index) => values[index] as number);
    expect(reciprocalRank(at(scores), at(relevance), 10)).toBeCloseTo((1 / 2 + 1 / 3) / 2, 12);
    expect(ndcg(at(scores), at(relevance), 10)).toBeCloseTo(ndcg(scores, relevance, 10), 12);
    expect(averagePrecision(at(scores), at(relevance))).toBeCloseTo(averagePrecision(scores, relevance), 12);
  }
});

test.each([
  ["a score that is NaN", [NaN, 1], [0, 1], "NON_FINITE_SCORE", "the first at index 0"],
  ["an infinite score", [1, -Infinity], [0, 1], "NON_FINITE_SCORE", "the first at index 1"],
  ["more labels than scores", [1], [0, 1], "INVALID_INPUT", "got 2 for 1 scores"],
  ["a negative relevance", [1, 2], [0, -1], "INVALID_INPUT", "relevance at index 1"],
])("%s is refused", async (_, scores, relevance, code, message) => {
  const error = await thrownBy(() => ndcg(scores, relevance, 10));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
});
