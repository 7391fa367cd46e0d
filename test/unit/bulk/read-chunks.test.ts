import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Chunk } from "../../../src/bulk/chunk-store.js";
import { estimateTokens, readChunks } from "../../../src/bulk/read-chunks.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const folder = useTemporaryFolder();

async function chunksOf(text: string, chunkTokens: number): Promise<{ chunks: Chunk[]; digest: string }> {
  const path = join(folder(), "pairs.jsonl");
  await writeFile(path, text);
  const file = readChunks(path, chunkTokens);
  const chunks: Chunk[] = [];
  for await (const chunk of file.chunks) chunks.push(chunk);
  return { chunks, digest: file.digest() };
}

test("a pair's tokens are taken to be three and one for four bytes", () => {
  expect(estimateTokens(["", ""])).toBe(3);
  expect(estimateTokens(["how?", "so it is"])).toBe(6);
  expect(estimateTokens(["how?", "ü"])).toBe(5);
});

test("chunks hold what fits, in order, with the lines of their pairs", async () => {
  // Each of 5 tokens, the last of 103.
  const text = `["how?","so"]\n\n["why?","so"]\n{"query":"who?","document":"me"}\n["who?","${"x".repeat(396)}"]\n`;
  const { chunks, digest } = await chunksOf(text, 10);
  expect(chunks.map(({ firstIndex, lines }) => ({ firstIndex, lines }))).toEqual([
    { firstIndex: 0, lines: [1, 3] },
    { firstIndex: 2, lines: [4] },
    { firstIndex: 3, lines: [5] },
  ]);
  expect(chunks[0]?.pairs).toEqual([
    ["how?", "so"],
    ["why?", "so"],
  ]);
  expect(digest).toBe(createHash("sha256").update(text).digest("hex"));
});

test("a file of no pairs has no chunks", async () => {
  expect((await chunksOf("\n\n", 10)).chunks).toEqual([]);
});

test("a line that is no pair is named", async () => {
  const error = await thrownBy(() => chunksOf('["how?","so"]\n["how?"]\n', 10));
  expect(error).toMatchObject({ code: "INVALID_INPUT", details: { line: 2 } });
});

test("standard input is refused: it can be read once only", async () => {
  const error = await thrownBy(() => readChunks("-", 10));
  expect(error.code).toBe("INVALID_INPUT");
});
