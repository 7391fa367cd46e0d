import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openCheckpoint } from "../../../src/safetensors/open-checkpoint.js";
import { writeSafetensors, type TensorSource } from "../../../src/safetensors/write-safetensors.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();
const modelPath = () => join(temporaryFolder(), "model.safetensors");

/**
 * What safetensors 0.8.0 writes for the tensors of the first test, in base64:
 * `safetensors.numpy.save({name: array, ...}, {"format": "pt"})`.
 */
const reference =
  "MAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJuIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlswLDRdLCJkYXRhX29mZn" +
  "NldHMiOlswLDBdfSwiYSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJiIjp7ImR0eXBlIjoiRjMy" +
  "Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOls4LDEyXX0sImgiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzEsMl0sImRhdGFfb2Zmc2V0cy" +
  "I6WzEyLDE2XX0sInoiOnsiZHR5cGUiOiJVOCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzE2LDE5XX19AACAPwAAAEAAAAA/ADwAwAEC" +
  "Aw==";

const floats: TensorSource = { name: "floats", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };

describe("the file", () => {
  test("is byte for byte what the safetensors library writes", async () => {
    await writeSafetensors(
      modelPath(),
      [
        { name: "z", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
        { name: "h", dtype: "F16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0xc000) },
        { name: "b", dtype: "F32", shape: [], data: Float32Array.of(0.5) },
        { name: "a", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) },
        { name: "n", dtype: "F64", shape: [0, 4], data: new Float64Array() },
      ],
      { format: "pt" },
    );
    expect((await readFile(modelPath())).toString("base64")).toBe(reference);
  });

  test("opens again, with names of every kind", async () => {
    const names = ["layers.0.weight", "__proto__", "constructor", "7", "名前", 'quoted "name"\n', ""];
    await writeSafetensors(
      modelPath(),
      names.map((name, index) => ({ name, dtype: "F32", shape: [1], data: Float32Array.of(index) })),
    );
    const { tensors } = await openCheckpoint(temporaryFolder());
    expect(new Set(tensors.keys())).toEqual(new Set(names));
  });

  test("aligns the data and pads the header with spaces", async () => {
    for (let length = 1; length <= 8; length++) {
      await writeSafetensors(modelPath(), [{ ...floats, name: "x".repeat(length) }]);
      const bytes = await readFile(modelPath());
      expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
      expect(bytes.subarray(8, -8).toString()).toMatch(/^\{.*\} *$/);
    }
  });

  test("takes data in pieces, made when their turn comes", async () => {
    const turns: string[] = [];
    async function* pieces(name: string): AsyncGenerator<Float32Array> {
      turns.push(name);
      yield Float32Array.of(1, 2);
      turns.push(`${name} again`);
      yield Float32Array.of(3, 4, 5).subarray(0, 1);
    }
    await writeSafetensors(modelPath(), [
      { name: "b", dtype: "F32", shape: [3], data: () => pieces("b") },
      { name: "a", dtype: "F32", shape: [3], data: () => [Float32Array.of(7), Float32Array.of(8, 9)] },
    ]);
    expect(turns).toEqual(["b", "b again"]);
    const data = (await readFile(modelPath())).subarray(-24);
    expect([0, 4, 8, 12, 16, 20].map((offset) => data.readFloatLE(offset))).toEqual([7, 8, 9, 1, 2, 3]);
  });

  test("may hold no tensors", async () => {
    await writeSafetensors(modelPath(), []);
    expect((await openCheckpoint(temporaryFolder())).tensors.size).toBe(0);
  });
});

describe("a failure", () => {
  const failures: [string, TensorSource[], string][] = [
    ["too few bytes", [{ ...floats, shape: [3] }], 'the data of tensor "floats" must be 12 bytes, got 8 bytes'],
    ["too many bytes", [{ ...floats, dtype: "F16" }], 'the data of tensor "floats" must be 4 bytes, got 8 bytes'],
    ["two tensors of one name", [floats, floats], 'the start of tensor "floats" must be byte'],
    ["a tensor named as the metadata", [{ ...floats, name: "__metadata__" }], "__metadata__.shape must be a string"],
    ["a size that is no integer", [{ ...floats, shape: [0.5] }], "shape[0] of tensor"],
    ["a size that is negative", [{ ...floats, shape: [-2] }], "shape[0] of tensor"],
    ["half a byte", [{ ...floats, dtype: "F4", shape: [3] }], "data_offsets[1] of tensor"],
  ];

  test.each(failures)("for %s leaves what was there", async (_, tensors, says) => {
    await writeFile(modelPath(), "before");
    const error = await thrownBy(() => writeSafetensors(modelPath(), tensors));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(modelPath());
    expect(error.message).toContain(says);
    expect(await readdir(temporaryFolder())).toEqual(["model.safetensors"]);
    expect(await readFile(modelPath(), "utf8")).toBe("before");
  });

  test("of the caller's data is passed on, and leaves no file", async () => {
    const reason = new Error("no data");
    const data = () => {
      throw reason;
    };
    await expect(writeSafetensors(modelPath(), [{ ...floats, data }])).rejects.toBe(reason);
    expect(await readdir(temporaryFolder())).toEqual([]);
  });
});
