import { expect, test } from "vitest";
import { scoreRows, type ScorePairs } from "../../../src/bulk/score-rows.js";
import type { Pair } from "../../../src/cross-encoder/index.js";
import { DisposedError, NonFiniteScoreError } from "../../../src/errors/index.js";

const pairs = Array.from({ length: 20 }, (_, index): Pair => ["query", `document ${index}`]);

/** Fails like a model does: the whole call, if any of its pairs is bad. */
function scorerWith(isBad: (document: string) => boolean, calls: number[] = []): ScorePairs {
  return async (batch) => {
    calls.push(batch.length);
    if (batch.some(([, document]) => isBad(document))) throw new NonFiniteScoreError("The score is NaN.");
    return batch.map(([, document]) => Float32Array.of(Number(document.slice(9))));
  };
}

function positionsOf(rows: Awaited<ReturnType<typeof scoreRows>>): (number | string | undefined)[] {
  return rows.map((row) => ("scores" in row ? row.scores[0] : row.error.name));
}

test("pairs that are all sound take one call", async () => {
  const calls: number[] = [];
  const rows = await scoreRows(
    pairs,
    scorerWith(() => false, calls),
  );
  expect(positionsOf(rows)).toEqual(pairs.map((_, index) => index));
  expect(calls).toEqual([20]);
});

test.each([[[0]], [[19]], [[7]], [[3, 4]], [[0, 10, 19]], [pairs.map((_, index) => index)]])(
  "the bad pairs %j fail, and no others",
  async (bad) => {
    const rows = await scoreRows(
      pairs,
      scorerWith((document) => bad.includes(Number(document.slice(9)))),
    );
    expect(positionsOf(rows)).toEqual(pairs.map((_, index) => (bad.includes(index) ? "NonFiniteScoreError" : index)));
  },
);

test("one bad pair of many takes a number of calls that grows with the logarithm", async () => {
  const calls: number[] = [];
  await scoreRows(
    pairs,
    scorerWith((document) => document === "document 7", calls),
  );
  expect(calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(pairs.length)));
});

test("an error that is of no pair's doing is thrown on", async () => {
  const error = new DisposedError("The encoder was disposed.");
  await expect(scoreRows(pairs, () => Promise.reject(error))).rejects.toBe(error);
});

test("a foreign error is taken for the pair's", async () => {
  const rows = await scoreRows(pairs.slice(0, 2), () => Promise.reject(new RangeError("Why.")));
  expect(positionsOf(rows)).toEqual(["RangeError", "RangeError"]);
});
