import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { GraphBuilder, readOnnxHeader } from "../../../src/onnx/index.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const folder = useTemporaryFolder();
const path = () => join(folder(), "model.onnx");

function buildGraph(): GraphBuilder {
  const graph = new GraphBuilder("test");
  const input = graph.input("x", "float32", [300]);
  graph.output("y", graph.op("Add", [input, graph.constant("one", new Float32Array(300), [300])]), "float32", [300]);
  return graph;
}

test("gives the metadata, wherever in the file they stand", async () => {
  const metadata = { activation: "sigmoid", max_length: "8192" };
  await writeFile(path(), buildGraph().encode(metadata));
  expect(await readOnnxHeader(path())).toEqual({ metadata });
  const pieces: Uint8Array[] = [];
  for await (const piece of buildGraph().layOut(metadata).pieces()) pieces.push(piece);
  await writeFile(path(), Buffer.concat(pieces));
  expect(await readOnnxHeader(path())).toEqual({ metadata });
});

test("gives none where there are none", async () => {
  await writeFile(path(), buildGraph().encode());
  expect(await readOnnxHeader(path())).toEqual({ metadata: {} });
});

test("finds that a file is cut off, and where", async () => {
  await writeFile(path(), buildGraph().encode());
  await truncate(path(), 200);
  const error = await thrownBy(() => readOnnxHeader(path()));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toMatch(/model\.onnx is cut off: it has 200 bytes, and should have at least \d{4}\. Download/);
  expect(error.details).toEqual({ path: path(), byteOffset: 200 });
});

test.each<[string, string | Buffer, string]>([
  ["an empty file", "", "is empty"],
  ["text", "<!DOCTYPE html>", "is damaged, or not an ONNX file"],
  ["a pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "is a pointer of Git LFS"],
  ["a message without a graph", Buffer.from([0x08, 0x0a]), "there is no graph in it"],
  ["a number without an end", Buffer.from([0x08, ...Array<number>(30).fill(0xff)]), "is damaged"],
])("refuses %s", async (_, content, message) => {
  await writeFile(path(), content);
  const error = await thrownBy(() => readOnnxHeader(path()));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain(message);
});

test("refuses a folder and what is not there", async () => {
  expect((await thrownBy(() => readOnnxHeader(path()))).code).toBe("INVALID_MODEL_FILE");
  await mkdir(path());
  expect((await thrownBy(() => readOnnxHeader(path()))).message).toContain("must be a file");
});
