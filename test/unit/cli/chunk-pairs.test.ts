import { expect, test } from "vitest";

import { chunkPairs, type PairChunk } from "../../../src/cli/chunk-pairs.js";
import type { Line } from "../../../src/files/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { lineOf } from "../files/line-of.js";

async function* linesOf(...texts: string[]): AsyncGenerator<Line> {
  for (const [index, text] of texts.entries()) yield lineOf(text, index + 1);
}

function pairLine(index: number): string {
  return JSON.stringify(["query", `document ${index}`]);
}

async function collect(lines: AsyncIterable<Line>, chunks: PairChunk[] = []): Promise<PairChunk[]> {
  for await (const chunk of chunkPairs(lines)) chunks.push(chunk);
  return chunks;
}

test("gives nothing for no lines", async () => {
  expect(await collect(linesOf())).toEqual([]);
});

test("keeps every pair, in order, in chunks that follow each other in the file", async () => {
  const texts = Array.from({ length: 2500 }, (_, index) => pairLine(index));
  const chunks = await collect(linesOf(...texts));
  expect(chunks.map(({ pairs }) => pairs.length)).toEqual([1024, 1024, 452]);
  expect(chunks.flatMap(({ pairs }) => pairs).map((pair) => JSON.stringify(pair))).toEqual(texts);
  expect(chunks.map(({ startByte, endByte }) => [startByte, endByte])).toEqual([
    [0, 102_400],
    [102_400, 204_800],
    [204_800, 250_000],
  ]);
});

test("closes a chunk early when its lines are long", async () => {
  const long = JSON.stringify(["query", "x".repeat(600_000)]);
  const chunks = await collect(linesOf(long, long, long, pairLine(0)));
  expect(chunks.map(({ pairs }) => pairs.length)).toEqual([2, 2]);
});

test("gives the pairs before a line that is none, then its error", async () => {
  const chunks: PairChunk[] = [];
  const error = await thrownBy(() => collect(linesOf(pairLine(0), pairLine(1), "{", pairLine(3)), chunks));
  expect(error.details).toEqual({ path: "pairs.jsonl", line: 3 });
  expect(chunks.map(({ pairs }) => pairs)).toEqual([
    [
      ["query", "document 0"],
      ["query", "document 1"],
    ],
  ]);
});

test("gives no empty chunk where the first line is no pair", async () => {
  const chunks: PairChunk[] = [];
  await thrownBy(() => collect(linesOf("{"), chunks));
  expect(chunks).toEqual([]);
});
