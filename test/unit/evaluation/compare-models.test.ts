import { expect, test } from "vitest";
import { compareModels } from "../../../src/evaluation/index.js";

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
