import { expect, test } from "vitest";

import { bestPassages } from "../../../src/cross-encoder/best-passages.js";
import type { PassageLogits } from "../../../src/inference/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const identity = { labelCount: 1, activationFn: "identity", applySoftmax: false } as const;

/** Documents by the logits of their passages, which are ten characters each. */
function passageLogits(...documents: number[][]): PassageLogits {
  return {
    logits: Float32Array.from(documents.flat()),
    counts: Uint32Array.from(documents, ({ length }) => length),
    offsets: Uint32Array.from(
      documents.flatMap((logits) => logits.flatMap((_, index) => [10 * index, 10 * index + 10])),
    ),
  };
}

test("a document has the score and the place of its best passage, and no place if it was not split", () => {
  const { scores, passages } = bestPassages(passageLogits([1, 3, 2], [4], [-1, -2]), identity);
  expect([...scores]).toEqual([3, 4, -1]);
  expect(passages).toEqual([{ start: 10, end: 20 }, undefined, { start: 0, end: 10 }]);
});

test("of equal passages the first is best", () => {
  const { passages } = bestPassages(passageLogits([1, 2, 2], [5, 5]), identity);
  expect(passages).toEqual([
    { start: 10, end: 20 },
    { start: 0, end: 10 },
  ]);
});

test("the best is that of the highest score, whatever the logits", () => {
  const falling = ([logit = 0]: Float32Array) => [-logit];
  const { scores, passages } = bestPassages(passageLogits([1, 3, 2]), { ...identity, activationFn: falling });
  expect([...scores]).toEqual([-1]);
  expect(passages).toEqual([{ start: 0, end: 10 }]);
});

test("no documents have no scores", () => {
  expect(bestPassages(passageLogits(), identity)).toEqual({ scores: new Float32Array(0), passages: [] });
});

test("a score that is no number is named by its pair, once", async () => {
  const error = await thrownBy(() => bestPassages(passageLogits([1, 2], [3, NaN, NaN], [4], [NaN]), identity));
  expect(error.code).toBe("NON_FINITE_SCORE");
  expect(error.details).toEqual({ indices: [1, 3] });
});
