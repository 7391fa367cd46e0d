import { describe, expect, test } from "vitest";
import { bootstrapMeans, comparePaired, formatForModelCard, signTest } from "../../../src/evaluation/index.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { thrownBy } from "../../helpers/thrown-by.js";

describe("the bootstrap", () => {
  const random = seededRandom(7);
  const values = Array.from({ length: 400 }, () => random());

  test("gives the interval that theory gives for many values", () => {
    const [estimate] = bootstrapMeans([values]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const halfWidth = (1.96 * deviation) / Math.sqrt(values.length);
    expect(estimate?.mean).toBeCloseTo(mean, 12);
    expect(Math.abs((estimate?.low ?? 0) - (mean - halfWidth))).toBeLessThan(0.05 * halfWidth);
    expect(Math.abs((estimate?.high ?? 0) - (mean + halfWidth))).toBeLessThan(0.05 * halfWidth);
  });

  test("is the same for the same seed, and another for another", () => {
    const draw = (seed: number) => bootstrapMeans([values], { seed, resamples: 200 });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  test("draws the same rows for all columns", () => {
    const [a, b] = bootstrapMeans([values, values.map((value) => 2 * value)], { resamples: 200 });
    expect(b?.low).toBeCloseTo(2 * (a?.low ?? NaN), 12);
  });

  test("has no width for one row, and no value for none", () => {
    expect(bootstrapMeans([[0.4]])).toEqual([{ mean: 0.4, low: 0.4, high: 0.4 }]);
    expect(bootstrapMeans([[]])).toEqual([{ mean: NaN, low: NaN, high: NaN }]);
  });
});

// By hand: 2 × Σ (n over i) / 2ⁿ.
test.each([
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 2 / 32],
  [8, 2, (2 * (1 + 10 + 45)) / 1024],
  [3, 3, 1],
])("the sign test of %d wins and %d losses", (wins, losses, expected) => {
  expect(signTest(wins, losses)).toBeCloseTo(expected, 12);
  expect(signTest(losses, wins)).toBeCloseTo(expected, 12);
});

test("the sign test of thousands leaves no range of numbers", () => {
  expect(signTest(5000, 5000)).toBe(1);
  // The normal approximation with continuity correction: z = (5150 - 4850 - 1) / sqrt(10000) = 2.99.
  expect(signTest(5150, 4850)).toBeCloseTo(0.00279, 4);
});

describe("a paired comparison", () => {
  test("counts wins, ties and losses, rounding left out", () => {
    const { difference, ...counts } = comparePaired([0.1, 0.5, 0.3, 0.2], [0.2, 0.4, 0.3 + 1e-15, 0.9]);
    expect(counts).toEqual({ wins: 2, ties: 1, losses: 1, signTestP: 1 });
    expect(difference.mean).toBeCloseTo(0.175, 12);
    expect(difference.low).toBeLessThan(difference.mean);
  });

  test("needs the same queries", async () => {
    expect((await thrownBy(() => comparePaired([1], [1, 2]))).code).toBe("INVALID_INPUT");
    expect((await thrownBy(() => comparePaired([], []))).code).toBe("INVALID_INPUT");
  });
});

describe("a model card", () => {
  test("has signed differences where a base is known", () => {
    expect(formatForModelCard({ "n_ndcg@10": 0.6, "n_base_ndcg@10": 0.65, n_map: 0.5, n_base_map: 0.5 })).toEqual({
      "n_ndcg@10": "0.6000 (-0.0500)",
      n_map: "0.5000 (+0.0000)",
    });
    expect(formatForModelCard({ map: 0.5 })).toEqual({ map: 0.5 });
  });

  test("of an evaluator that is called base", () => {
    expect(formatForModelCard({ base_map: 0.5, base_base_map: 0.25 })).toEqual({ base_map: "0.5000 (+0.2500)" });
  });

  // Python: f"{1/32:.4f}", f"{3/32:.4f}".
  test.each([
    [1 / 32, "0.0312"],
    [3 / 32, "0.0938"],
    [-1 / 32, "-0.0312"],
  ])("rounds %d as Python does, to %s", (value, expected) => {
    expect(formatForModelCard({ map: value, base_map: 0 })["map"]).toMatch(new RegExp(`^${expected} `));
  });
});
