import { describe, expect, test } from "vitest";
import { bestAccuracy, bestF1, chooseThreshold, f1Scores } from "../../../../src/evaluation/index.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

const scores = [0.9, 0.8, 0.6, 0.4, 0.2];
const labels = [1, 0, 1, 1, 0];

describe("the best threshold", () => {
  test("lies between two scores, the highest of equally good ones", () => {
    expect(bestAccuracy(scores, labels)).toEqual({ accuracy: 4 / 5, threshold: (0.4 + 0.2) / 2 });
    const { f1, threshold, precision, recall } = bestF1(scores, labels);
    expect([f1, threshold, precision, recall]).toEqual(
      [6 / 7, (0.4 + 0.2) / 2, 3 / 4, 1].map((v) => expect.closeTo(v, 12) as number),
    );
  });

  test("is computed in the precision of the scores", () => {
    const single = Float32Array.of(0.41, 0.31);
    expect(bestAccuracy(single, [1, 0]).threshold).toBe(Math.fround(0.36));
    expect(bestAccuracy([0.41, 0.31], [1, 0]).threshold).toBe((0.41 + 0.31) / 2);
  });

  test("never cuts through equal scores", () => {
    expect(bestAccuracy([1, 1, 0], [1, 0, 0])).toEqual({ accuracy: 2 / 3, threshold: 0.5 });
    expect(bestAccuracy([1, 1], [1, 0])).toEqual({ accuracy: 0, threshold: -1 });
    expect(bestF1([1, 1], [1, 0])).toEqual({ f1: 0, threshold: 0, precision: 0, recall: 0 });
    expect(bestF1([2, 1], [0, 0])).toEqual({ f1: 0, threshold: 0, precision: 0, recall: 0 });
  });

  test.each([[2], [-1], [0.5]])("refuses a label of %d", async (label) => {
    expect((await thrownBy(() => bestF1([1, 2], [0, label]))).message).toContain("label at index 1 must be 0 or 1");
  });
});

describe("a chosen threshold", () => {
  test.each([
    ["f1" as const, 0.3, 3 / 4, 1],
    ["accuracy" as const, 0.3, 3 / 4, 1],
    [{ minPrecision: 0.9 }, 0.85, 1, 1 / 3],
    [{ minRecall: 0.2 }, 0.85, 1, 1 / 3],
    [{ minRecall: 1 }, 0.3, 3 / 4, 1],
  ])("for %j", (goal, threshold, precision, recall) => {
    const chosen = chooseThreshold(scores, labels, goal);
    expect(chosen?.threshold).toBeCloseTo(threshold, 12);
    expect(chosen?.precision).toBeCloseTo(precision, 12);
    expect(chosen?.recall).toBeCloseTo(recall, 12);
  });

  test("can accept all pairs, with the lowest score", () => {
    expect(chooseThreshold([0.2, 0.7], [1, 1])?.threshold).toBe(0.2);
    expect(chooseThreshold([0.5], [1], "accuracy")).toEqual({
      threshold: 0.5,
      accuracy: 1,
      precision: 1,
      recall: 1,
      f1: 1,
    });
  });

  test("is undefined where there is none", () => {
    expect(chooseThreshold([0.9, 0.1], [0, 1], { minPrecision: 0.6 })).toBeUndefined();
    expect(chooseThreshold([0.9, 0.1], [0, 0], { minRecall: 0 })).toBeUndefined();
    expect(chooseThreshold([0.9, 0.1], [0, 0], "f1")).toBeUndefined();
    expect(chooseThreshold([], [])).toBeUndefined();
  });

  test.each([{ minRecall: 2 }, "F1", null, 1])("needs a goal that there is, which %j is not", async (goal) => {
    expect((await thrownBy(() => chooseThreshold([1], [1], goal as never))).code).toBe("INVALID_OPTIONS");
  });
});

describe("F1 over classes", () => {
  test("counts the classes of either side", () => {
    // Class 0: 2/3; class 1: 0, never predicted; class 2: 0, never labelled.
    expect(f1Scores([0, 0, 2], [0, 0, 1])).toEqual({ macro: 1 / 3, micro: 2 / 3, weighted: 2 / 3 });
  });

  test("refuses lists of unequal length, and empty ones", async () => {
    expect((await thrownBy(() => f1Scores([1], [1, 2]))).code).toBe("INVALID_INPUT");
    expect((await thrownBy(() => f1Scores([], []))).code).toBe("INVALID_INPUT");
  });
});
