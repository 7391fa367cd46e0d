import { expect, test } from "vitest";

import { rankScores } from "../../../src/cross-encoder/rank-scores.js";

const scores = Float32Array.of(0.25, 0.75, -1, 0.5);
const ids = (topK?: number) => rankScores(scores, topK).map(({ corpusId }) => corpusId);

test("the highest score comes first", () => {
  expect(rankScores(scores)).toEqual([
    { corpusId: 1, score: 0.75 },
    { corpusId: 3, score: 0.5 },
    { corpusId: 0, score: 0.25 },
    { corpusId: 2, score: -1 },
  ]);
});

test("equal scores keep the order of the documents", () => {
  const ranking = rankScores(Float32Array.of(1, 2, 1, 2, 1));
  expect(ranking.map(({ corpusId }) => corpusId)).toEqual([1, 3, 0, 2, 4]);
});

test("zeros of either sign are equal", () => {
  expect(rankScores(Float32Array.of(-0, 0, -0)).map(({ corpusId }) => corpusId)).toEqual([0, 1, 2]);
});

test.each([
  [undefined, [1, 3, 0, 2]],
  [0, []],
  [1, [1]],
  [3, [1, 3, 0]],
  [4, [1, 3, 0, 2]],
  [100, [1, 3, 0, 2]],
])("a topK of %s keeps the documents %j", (topK, expected) => {
  expect(ids(topK)).toEqual(expected);
});

test("no documents have an empty ranking", () => {
  expect(rankScores(new Float32Array())).toEqual([]);
});

test("scores are numbers that JSON keeps, the float32 values as they are", () => {
  const [best] = rankScores(Float32Array.of(0.1));
  expect(JSON.parse(JSON.stringify(best))).toEqual({ corpusId: 0, score: Math.fround(0.1) });
});

test("the scores that were given are left as they are", () => {
  const given = Float32Array.of(1, 3, 2);
  rankScores(given);
  expect([...given]).toEqual([1, 3, 2]);
});
