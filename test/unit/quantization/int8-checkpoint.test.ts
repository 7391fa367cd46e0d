import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { QuantizedTensor } from "../../../src/onnx/index.js";
import { openInt8Checkpoint } from "../../../src/quantization/int8-cache.js";
import { int8Contents, isInt8Checkpoint, writeInt8Checkpoint } from "../../../src/quantization/int8-checkpoint.js";
import { checkTensors, openCheckpoint, writeSafetensors, type Checkpoint } from "../../../src/safetensors/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const folder = useTemporaryFolder();

const shapes = new Map([
  ["table", [3, 2]],
  ["linear", [4, 2]],
  ["norm", [2]],
]);
/** What a graph would read of it: the linear layer in two halves. */
const tensors: QuantizedTensor[] = [
  { kind: "table", source: "table", name: "table", shape: [3, 2] },
  { kind: "linear", source: "linear", rows: { start: 0, end: 2 }, name: "a", shape: [2, 2], scaleName: "a.scale" },
  { kind: "linear", source: "linear", rows: { start: 2, end: 4 }, name: "b", shape: [2, 2], scaleName: "b.scale" },
];
const contents = int8Contents(shapes, tensors);

async function writeFloats(linear: number[] = [1, 2, -127, 0, 4, 8, 127, -254]): Promise<Checkpoint> {
  await writeSafetensors(join(folder(), "model.safetensors"), [
    { name: "table", dtype: "F32", shape: [3, 2], data: Float32Array.of(127, 1, -2, 254, 0, 0) },
    { name: "linear", dtype: "F32", shape: [4, 2], data: Float32Array.from(linear) },
    { name: "norm", dtype: "F32", shape: [2], data: Float32Array.of(0.5, 0.25) },
  ]);
  return openCheckpoint(folder());
}

async function int8Values(checkpoint: Checkpoint, name: string): Promise<number[]> {
  const { path, byteOffset, byteLength } = checkpoint.tensors.get(name) ?? { path: "", byteOffset: 0, byteLength: 0 };
  const bytes = await readFile(path);
  return [...new Int8Array(bytes.buffer, bytes.byteOffset + byteOffset, byteLength)];
}

beforeEach(() => {
  vi.stubEnv("CROSSRANK_CACHE", join(folder(), "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("holds linear weights transposed, tables in half precision, and the rest in floats", async () => {
  const checkpoint = await writeFloats();
  expect(isInt8Checkpoint(checkpoint)).toBe(false);
  const made = await openInt8Checkpoint(checkpoint, tensors, contents);
  expect(isInt8Checkpoint(made)).toBe(true);
  expect(() => checkTensors(contents.shapes, made, contents.dtypes)).not.toThrow();
  expect(made.tensors.get("table")).toMatchObject({ dtype: "F16", shape: [3, 2] });
  expect(await int8Values(made, "a")).toEqual([64, -127, 127, 0]);
  expect(await int8Values(made, "b")).toEqual([64, 64, 127, -127]);
  expect(made.tensors.get("norm")?.dtype).toBe("F32");
});

test("is made once, and again for other weights", async () => {
  const first = await openInt8Checkpoint(await writeFloats(), tensors, contents);
  const again = await openInt8Checkpoint(await openCheckpoint(folder()), tensors, contents);
  expect(again.files).toEqual(first.files);
  const other = await openInt8Checkpoint(await writeFloats([1, 2, 3, 4, 5, 6, 7, 8]), tensors, contents);
  expect(other.path).not.toBe(first.path);
});

test("is the same whoever makes it, several at once included", async () => {
  const checkpoint = await writeFloats();
  const made = await Promise.all([1, 2, 3].map(() => openInt8Checkpoint(checkpoint, tensors, contents)));
  expect(new Set(made.map(({ path }) => path)).size).toBe(1);
  expect(await int8Values(made[0] as Checkpoint, "a")).toEqual([64, -127, 127, 0]);
});

test("is made anew where the kept one is damaged", async () => {
  const checkpoint = await writeFloats();
  const { path } = await openInt8Checkpoint(checkpoint, tensors, contents);
  await truncate(path, 100);
  const made = await openInt8Checkpoint(checkpoint, tensors, contents);
  expect(await int8Values(made, "a")).toEqual([64, -127, 127, 0]);
});

test("says what to do where nothing can be kept", async () => {
  const checkpoint = await writeFloats();
  await writeFile(join(folder(), "file"), "");
  vi.stubEnv("CROSSRANK_CACHE", join(folder(), "file"));
  const error = await thrownBy(() => openInt8Checkpoint(checkpoint, tensors, contents));
  expect(error.code).toBe("CACHE_UNAVAILABLE");
  expect(error.message).toMatch(/Set CROSSRANK_CACHE to a folder that can be written to/);
});

test("refuses weights that are not finite, by name and place", async () => {
  const checkpoint = await writeFloats([1, 2, 3, 4, 5, NaN, 7, 8]);
  const error = await thrownBy(() => writeInt8Checkpoint(checkpoint, tensors, join(folder(), "out.safetensors")));
  expect(error.message).toMatch(/^Tensor "linear" of .* must be finite to be quantized, got NaN at element 1\./);
});

test("refuses an int8 file whose values are of another type", async () => {
  await writeSafetensors(
    join(folder(), "model.safetensors"),
    [...contents.shapes].map(([name, shape]) => ({
      name,
      dtype: "F32" as const,
      shape,
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    })),
  );
  const checkpoint = await openCheckpoint(folder());
  const error = await thrownBy(() => checkTensors(contents.shapes, checkpoint, contents.dtypes));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toMatch(/^Tensor "a" of .* must be I8, got F32\. Convert the model again\.$/);
});

test.runIf(process.platform === "linux")(
  "is kept in the system's folder where the variable is empty, not in the current one",
  async () => {
    vi.stubEnv("CROSSRANK_CACHE", "");
    vi.stubEnv("XDG_CACHE_HOME", join(folder(), "system"));
    const { path } = await openInt8Checkpoint(await writeFloats(), tensors, contents);
    expect(path.startsWith(join(folder(), "system", "crossrank"))).toBe(true);
  },
);
