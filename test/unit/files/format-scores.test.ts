import { expect, test } from "vitest";

import { formatScores } from "../../../src/files/format-scores.js";

const id2label = { 0: "contradiction", 1: "entailment", 2: "neutral" };

test("writes the score of one label", () => {
  expect(formatScores(Float32Array.of(0.25), { 0: "LABEL_0" })).toBe('{"score":0.25}');
});

test("writes the scores of several labels and the best one's name", () => {
  expect(formatScores(Float32Array.of(-1, 0.5, 0.25), id2label)).toBe('{"scores":[-1,0.5,0.25],"label":"entailment"}');
});

test("names the first of equally good labels", () => {
  expect(formatScores(Float32Array.of(0, 2, 2), id2label)).toBe('{"scores":[0,2,2],"label":"entailment"}');
});

test("writes a float32 so that reading gives it back", () => {
  const score = Math.fround(0.1);
  expect(JSON.parse(formatScores(Float32Array.of(score), id2label))).toEqual({ score });
});
