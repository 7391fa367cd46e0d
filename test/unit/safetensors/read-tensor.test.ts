import { readdir, readlink, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { TensorEntry } from "../../../src/safetensors/checkpoint.js";
import type { Dtype } from "../../../src/safetensors/dtype.js";
import { openCheckpoint } from "../../../src/safetensors/open-checkpoint.js";
import { readTensor, streamTensor } from "../../../src/safetensors/read-tensor.js";
import { writeSafetensors } from "../../../src/safetensors/write-safetensors.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

/** Writes a tensor between two others, and gives its entry. */
async function saved(dtype: Dtype, data: ArrayBufferView & ArrayLike<number>): Promise<TensorEntry> {
  await writeSafetensors(join(temporaryFolder(), "model.safetensors"), [
    { name: "a", dtype: "F32", shape: [1], data: Float32Array.of(-1) },
    { name: "b", dtype, shape: [data.length], data },
    { name: "c", dtype: "F16", shape: [1], data: Uint16Array.of(0xffff) },
  ]);
  const { tensors } = await openCheckpoint(temporaryFolder());
  return tensors.get("b") as TensorEntry;
}

/** Elements that fill one chunk of the file and a part of the next. */
function manyValues(length: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(3);
  return new Float32Array(length).map(() => random() * 8 - 4);
}

describe("readTensor", () => {
  test.each<[Dtype, ArrayBufferView & ArrayLike<number>, number[]]>([
    ["F32", Float32Array.of(1.5, -0, 3e38), [1.5, -0, Math.fround(3e38)]],
    ["F16", Uint16Array.of(0x3e00, 0x8000, 0x0001), [1.5, -0, 2 ** -24]],
    ["BF16", Uint16Array.of(0x3fc0, 0x8000, 0x7f80), [1.5, -0, Infinity]],
  ])("reads %s as float32", async (dtype, data, values) => {
    expect([...(await readTensor(await saved(dtype, data)))]).toEqual(values);
  });

  test("reads a tensor without elements", async () => {
    expect(await readTensor(await saved("F32", new Float32Array()))).toEqual(new Float32Array());
  });

  test("reads a tensor larger than a chunk", async () => {
    const values = manyValues(2 ** 20 + 1001);
    expect(Buffer.compare(bytesOf(await readTensor(await saved("F32", values))), bytesOf(values))).toBe(0);
  });

  test("refuses integers", async () => {
    const error = await thrownBy(async () => readTensor(await saved("I32", Int32Array.of(1))));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain('Tensor "b" of ');
  });

  test("says where a file ends that was cut after it was opened", async () => {
    const tensor = await saved("F32", Float32Array.of(1, 2));
    const { path, byteOffset } = tensor;
    await truncate(path, byteOffset + 3);
    const error = await thrownBy(() => readTensor(tensor));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toBe(
      `${path}, byte ${byteOffset + 3}: the file must be at least ${byteOffset + 8} bytes, got ${byteOffset + 3} bytes. Download the file again: it is damaged or incomplete.`,
    );
  });

  test("names a file that is gone, with the system's error as the cause", async () => {
    const tensor = await saved("F32", Float32Array.of(1));
    await rm(tensor.path);
    const error = await thrownBy(() => readTensor(tensor));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`${tensor.path} could not be read: ENOENT`);
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });
});

describe("streamTensor", () => {
  test("gives pieces of at most 8 MB of float32, each with memory of its own", async () => {
    const sizes = [];
    const buffers = new Set();
    for await (const piece of streamTensor(await saved("BF16", new Uint16Array(2 ** 22 + 3)))) {
      sizes.push(piece.byteLength);
      buffers.add(piece.buffer);
    }
    expect(sizes).toEqual([2 ** 23, 2 ** 23, 12]);
    expect(buffers.size).toBe(3);
  });

  test.runIf(process.platform === "linux")("closes the file when its reader stops early", async () => {
    const tensor = await saved("F32", new Float32Array(2 ** 20 + 1));
    for await (const piece of streamTensor(tensor)) {
      expect(piece).toHaveLength(2 ** 20);
      expect(await openFiles()).toContain(tensor.path);
      break;
    }
    expect(await openFiles()).not.toContain(tensor.path);
  });
});

async function openFiles(): Promise<string[]> {
  const folder = "/proc/self/fd";
  return Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => "closed meanwhile")));
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
