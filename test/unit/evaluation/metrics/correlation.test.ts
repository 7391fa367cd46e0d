import { describe, expect, test } from "vitest";
import { averageRanks, kendallTau, pearson, spearman } from "../../../../src/evaluation/index.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

test("tied numbers share the average of their ranks", () => {
  expect([...averageRanks([10, 30, 10, 20, 30])]).toEqual([1.5, 4.5, 1.5, 3, 4.5]);
});

describe("correlation", () => {
  test("is 1 on a line upwards and -1 on one downwards", () => {
    expect(pearson([1, 2, 4], [3, 5, 9])).toBe(1);
    expect(pearson([1, 2, 4], [-3, -5, -9])).toBe(-1);
    expect(spearman([1, 2, 30], [1, 8, 9])).toBeCloseTo(1, 12);
  });

  test("by hand, with a tie", () => {
    expect(pearson([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
    // Ranks 1, 2.5, 2.5 and 1, 2, 3.
    expect(spearman([1, 2, 2], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(1.5 * 2), 12);
  });

  test("has no value for one pair or equal numbers", () => {
    expect(pearson([1], [2])).toBeNaN();
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
    expect(spearman([1, 2], [3, 3])).toBeNaN();
  });

  test("refuses what is not finite, and lists of unequal length", async () => {
    expect((await thrownBy(() => pearson([NaN, 1], [1, 2]))).code).toBe("NON_FINITE_SCORE");
    expect((await thrownBy(() => spearman([1, 2], [1, Infinity]))).code).toBe("NON_FINITE_SCORE");
    expect((await thrownBy(() => spearman([1, 2], [1]))).code).toBe("INVALID_INPUT");
  });
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
