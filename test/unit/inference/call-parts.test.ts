import { describe, expect, test } from "vitest";

import { cutCall, joinLists, joinLogits, joinPassages, type CallPart } from "../../../src/inference/call-parts.js";

function text(characters: number): string {
  return "x".repeat(characters);
}

/** The lengths of each part's documents. */
function cutLengths(lengths: readonly number[], options: { workerCount: number; maxLength?: number }): number[][] {
  const parts = cutCall({ queries: "query", documents: lengths.map(text) }, { maxLength: 8192, ...options });
  return parts.map(({ pairs }) => pairs.documents.map(({ length }) => length));
}

describe("a call", () => {
  test.each<[string, number[], number, number[][]]>([
    ["of no pairs is one part", [], 3, [[]]],
    ["for one worker is one part", [9000, 1, 9000], 1, [[9000, 1, 9000]]],
    ["of few characters is one part", [400, 300, 500], 3, [[400, 300, 500]]],
    ["of enough characters for two has two parts", [2400, 100, 2500], 3, [[2500], [2400, 100]]],
    ["of many characters has a part for each worker", [9000, 8000, 7000, 100], 3, [[9000], [8000], [7000, 100]]],
    ["of one long pair is one part", [20_000], 3, [[20_000]]],
    ["of many empty texts is spread too", Array<number>(600).fill(0), 2, [Array(300).fill(0), Array(300).fill(0)]],
  ])("%s", (_, lengths, workerCount, parts) => {
    expect(cutLengths(lengths, { workerCount })).toEqual(parts);
  });

  test("costs nothing for what truncation cuts off", () => {
    const lengths = [1_000_000, 2500, 2500, 2500];
    expect(cutLengths(lengths, { workerCount: 2, maxLength: 512 })).toEqual([
      [1_000_000, 2500],
      [2500, 2500],
    ]);
  });

  test("counts the query of each pair", () => {
    const pairs = { queries: [text(4000), "", text(4000), ""], documents: ["a", text(4000), "b", text(4000)] };
    const parts = cutCall(pairs, { workerCount: 2, maxLength: 8192 });
    expect(parts.map(({ indices }) => indices)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(parts[1]?.pairs).toEqual({ queries: [text(4000), ""], documents: ["b", text(4000)] });
  });

  test("keeps a shared query shared", () => {
    const parts = cutCall(
      { queries: "query", documents: [text(5000), text(5000)] },
      { workerCount: 2, maxLength: 8192 },
    );
    expect(parts.map(({ pairs }) => pairs.queries)).toEqual(["query", "query"]);
  });

  test("of one part has its pairs as they were given", () => {
    const pairs = { queries: ["a", "b"], documents: ["c", "d"] };
    expect(cutCall(pairs, { workerCount: 2, maxLength: 8 })[0]?.pairs).toBe(pairs);
  });
});

describe("results are joined in the order of the pairs", () => {
  const partsOf = (...indices: number[][]) => indices.map((of) => ({ indices: of }) as unknown as CallPart);

  test("passages, with as many as each document has", () => {
    const first = {
      logits: Float32Array.of(1, 2, 3),
      counts: Uint32Array.of(2, 1),
      offsets: Uint32Array.of(0, 5, 4, 9, 0, 3),
    };
    const second = { logits: Float32Array.of(4), counts: Uint32Array.of(1), offsets: Uint32Array.of(0, 7) };
    expect(joinPassages(partsOf([0, 2], [1]), [first, second])).toEqual({
      logits: Float32Array.of(1, 2, 4, 3),
      counts: Uint32Array.of(2, 1, 1),
      offsets: Uint32Array.of(0, 5, 4, 9, 0, 7, 0, 3),
    });
  });

  test.each<[string, number[][], number[][], number[]]>([
    ["one part", [[0, 1]], [[5, 6]], [5, 6]],
    [
      "one label",
      [
        [1, 3],
        [0, 2],
      ],
      [
        [11, 13],
        [10, 12],
      ],
      [10, 11, 12, 13],
    ],
    [
      "two labels",
      [[0, 2], [1]],
      [
        [1, 2, 5, 6],
        [3, 4],
      ],
      [1, 2, 3, 4, 5, 6],
    ],
    ["no pairs", [[]], [[]], []],
  ])("logits of %s", (_, indices, results, joined) => {
    const logits = joinLogits(
      partsOf(...indices),
      results.map((rows) => Float32Array.from(rows)),
    );
    expect(logits).toEqual(Float32Array.from(joined));
  });

  test("lists", () => {
    expect(
      joinLists(partsOf([1, 2], [0, 3]), [
        ["b", "c"],
        ["a", "d"],
      ]),
    ).toEqual(["a", "b", "c", "d"]);
    expect(joinLists(partsOf([0, 1]), [["a", "b"]])).toEqual(["a", "b"]);
  });
});
