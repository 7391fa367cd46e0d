import { describe, expect, test, vi } from "vitest";

import { scoresFromLogits, type Scoring } from "../../../src/cross-encoder/activation.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const oneLabel: Scoring = { labelCount: 1, activationFn: "sigmoid", applySoftmax: false };
const threeLabels: Scoring = { labelCount: 3, activationFn: "identity", applySoftmax: false };

function scores(logits: readonly number[], scoring: Scoring): number[] {
  return [...scoresFromLogits(Float32Array.from(logits), scoring)];
}

function rowsOf(values: readonly number[]): number[][] {
  return Array.from({ length: values.length / 3 }, (_, row) => values.slice(3 * row, 3 * row + 3));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("sigmoid", () => {
  test.each([
    [0, 0.5],
    [1, 0.7310585786300049],
    [-1, 0.2689414213699951],
    [20, 1],
    [-20, 2.0611536181902037e-9],
    [1e4, 1],
    [-1e4, 0],
    [3e38, 1],
    [-3e38, 0],
    [-0, 0.5],
  ])("of %d is %d in float32", (logit, score) => {
    expect(scores([logit], oneLabel)).toEqual([Math.fround(score)]);
  });

  test("takes each label by itself", () => {
    expect(scores([0, 1e4, -1e4], { ...threeLabels, activationFn: "sigmoid" })).toEqual([0.5, 1, 0]);
  });
});

test("tanh goes from -1 to 1", () => {
  expect(scores([-3e38, -1, 0, 1, 3e38], { ...oneLabel, activationFn: "tanh" })).toEqual([
    -1,
    Math.fround(-0.7615941559557649),
    0,
    Math.fround(0.7615941559557649),
    1,
  ]);
});

test("identity leaves logits as they are, in memory of its own", () => {
  const logits = Float32Array.of(-11.5, 10.25);
  const result = scoresFromLogits(logits, { ...oneLabel, activationFn: "identity" });
  expect([...result]).toEqual([-11.5, 10.25]);
  expect(result.buffer).not.toBe(logits.buffer);
});

describe("softmax", () => {
  const asActivation: Scoring = { ...threeLabels, activationFn: "softmax" };
  const applied: Scoring = { ...threeLabels, applySoftmax: true };

  test.each([
    ["as the activation", asActivation],
    ["applied after it", applied],
  ])("%s gives rows that sum to 1", (_, scoring) => {
    const random = seededRandom(5);
    const logits = Array.from({ length: 300 }, () => random() * 40 - 20);
    for (const row of rowsOf(scores(logits, scoring))) {
      expect(sum(row)).toBeCloseTo(1, 6);
      expect(row.every((score) => score >= 0)).toBe(true);
    }
  });

  test("is taken over the labels of a pair, not over the pairs", () => {
    const [first, second] = rowsOf(scores([1, 1, 1, 0, 0, Math.log(2)], applied));
    expect(first).toEqual([1 / 3, 1 / 3, 1 / 3].map(Math.fround));
    expect(second?.[2]).toBeCloseTo(0.5, 6);
  });

  test("does not overflow", () => {
    expect(scores([3e38, -3e38, 3e38], applied)).toEqual([0.5, 0, 0.5]);
    expect(scores([-3e38, -3e38, -3e38], applied)).toEqual([1 / 3, 1 / 3, 1 / 3].map(Math.fround));
  });

  test("comes after the activation", () => {
    const after = scores([0, 1, 2], { ...threeLabels, activationFn: "tanh", applySoftmax: true });
    const tanhs = [0, 1, 2].map((logit) => Math.exp(Math.tanh(logit)));
    for (const [label, score] of after.entries()) expect(score).toBeCloseTo((tanhs[label] ?? NaN) / sum(tanhs), 6);
  });

  test("is not applied to one label, where every score would be 1", () => {
    expect(scores([-1, 0, 1], { ...oneLabel, applySoftmax: true })).toEqual(scores([-1, 0, 1], oneLabel));
  });

  test("is refused as the activation of one label", async () => {
    const error = await thrownBy(() => scores([1], { ...oneLabel, activationFn: "softmax" }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain('Use "sigmoid" or "identity"');
  });
});

describe("a function of one's own", () => {
  test("gets the logits of one pair after another", () => {
    const seen: number[][] = [];
    const activationFn = (logits: Float32Array) => {
      seen.push([...logits]);
      return logits;
    };
    scores([1, 2, 3, 4, 5, 6], { ...threeLabels, activationFn });
    expect(seen).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test.each<[string, (logits: Float32Array) => ArrayLike<number>]>([
    ["a list", (logits) => Array.from(logits, (logit) => logit / 4)],
    ["a Float64Array", (logits) => Float64Array.from(logits, (logit) => logit / 4)],
    ["the same array, changed", (logits) => logits.fill((logits[0] ?? 0) / 4)],
  ])("may return %s", (_, activationFn) => {
    expect(scores([1, 2], { ...oneLabel, activationFn })).toEqual([0.25, 0.5]);
  });

  test("is followed by softmax, if that is asked for", () => {
    const activationFn = () => [0, 0, 0];
    expect(scores([1, 2, 3], { ...threeLabels, activationFn, applySoftmax: true })).toEqual(
      [1 / 3, 1 / 3, 1 / 3].map(Math.fround),
    );
  });

  test.each<[string, unknown, string]>([
    ["fewer scores than labels", [1, 2], "got 2"],
    ["more scores than labels", [1, 2, 3, 4], "got 4"],
    ["a number", 0.5, "got no list"],
    ["nothing", undefined, "got no list"],
    ["null", null, "got no list"],
  ])("may not return %s", async (_, returned, got) => {
    const activationFn = (() => returned) as () => ArrayLike<number>;
    const error = await thrownBy(() => scores([1, 2, 3], { ...threeLabels, activationFn }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toBe(`activationFn must return a score for each of the model's 3 labels, ${got}.`);
  });

  test("may throw, and that is what the call throws", () => {
    const activationFn = () => {
      throw new RangeError("thrown by the caller");
    };
    expect(() => scores([1], { ...oneLabel, activationFn })).toThrow(new RangeError("thrown by the caller"));
  });
});

describe("what is not finite", () => {
  test.each([NaN, Infinity, -Infinity])("is refused among the logits: %d, by the index of its pair", async (logit) => {
    const activationFn = vi.fn(() => [0]);
    const error = await thrownBy(() => scores([0, logit, 0, logit], { ...oneLabel, activationFn }));
    expect(error.code).toBe("NON_FINITE_SCORE");
    expect(error.details).toEqual({ indices: [1, 3] });
    expect(error.message).toContain(
      "Every logit must be a finite number, but that of 2 pairs is not, the first at index 1",
    );
    expect(activationFn).not.toHaveBeenCalled();
  });

  test("is counted once a pair of several labels", async () => {
    const error = await thrownBy(() => scores([0, 0, 0, NaN, 0, NaN], threeLabels));
    expect(error.details).toEqual({ indices: [1] });
  });

  test.each([NaN, Infinity, 1e39])("is refused among the scores: %d", async (score) => {
    const activationFn = ([logit]: Float32Array) => [logit === 1 ? score : 0];
    const error = await thrownBy(() => scores([0, 0, 1], { ...oneLabel, activationFn }));
    expect(error.code).toBe("NON_FINITE_SCORE");
    expect(error.details).toEqual({ indices: [2] });
    expect(error.message).toContain("Every score must be a finite number");
  });
});

test("no logits have no scores", () => {
  expect(scoresFromLogits(new Float32Array(), oneLabel)).toEqual(new Float32Array());
  expect(scoresFromLogits(new Float32Array(), threeLabels)).toEqual(new Float32Array());
});
