import { describe, expect, test } from "vitest";

import { slicePairs } from "../../../src/inference/slice-pairs.js";

const sliceLimit = 250_000;

function text(characters: number): string {
  return "x".repeat(characters);
}

/** How many documents are in each slice. */
function sizes(documents: readonly string[], queries: string | readonly string[] = "query"): number[] {
  return [...slicePairs({ queries, documents })].map((slice) => slice.documents.length);
}

test("few pairs are one slice", () => {
  const pairs = { queries: "query", documents: ["a", "", "c"] };
  expect([...slicePairs(pairs)]).toEqual([pairs]);
});

test("no pairs are no slice", () => {
  expect([...slicePairs({ queries: "query", documents: [] })]).toEqual([]);
  expect([...slicePairs({ queries: [], documents: [] })]).toEqual([]);
});

describe("a slice ends", () => {
  test.each<[string, number[], number[]]>([
    ["at the limit and not before", [sliceLimit - 1, 1], [2]],
    ["a character after the limit", [sliceLimit, 1], [1, 1]],
    ["before a pair that does not fit any more", [100_000, 100_000, 100_000, 100_000], [2, 2]],
    ["with a pair that is larger than the limit", [10, 3 * sliceLimit, 10, 10], [1, 1, 2]],
    ["with the last pair", [3 * sliceLimit], [1]],
  ])("%s", (_, lengths, expected) => {
    expect(sizes(lengths.map(text))).toEqual(expected);
  });
});

test("queries count if each document has its own", () => {
  const half = text(sliceLimit / 2);
  expect(sizes([half, half], [half, half])).toEqual([1, 1]);
  expect(sizes([half, half], half)).toEqual([2]);
});

test("queries go with their documents, in order", () => {
  const documents = Array.from({ length: 30 }, (_, index) => `${index}:${text(index * 10_000)}`);
  const queries = documents.map((_, index) => `query ${index}`);
  const slices = [...slicePairs({ queries, documents })];
  expect(slices.length).toBeGreaterThan(10);
  expect(slices.flatMap((slice) => slice.documents)).toEqual(documents);
  expect(slices.flatMap((slice) => slice.queries)).toEqual(queries);
});

test("every slice has the query that all documents share", () => {
  const slices = [...slicePairs({ queries: "query", documents: [text(sliceLimit), text(sliceLimit)] })];
  expect(slices.map(({ queries }) => queries)).toEqual(["query", "query"]);
});
