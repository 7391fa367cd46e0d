import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { decodeOnnx } from "../../helpers/decode-onnx.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { writeJsonFiles } from "../../helpers/write-json-files.js";
import { runCli } from "./run-cli.js";

const model = "test/fixtures/tiny-reranker";
const temporaryFolder = useTemporaryFolder();
const convert = (...args: string[]) =>
  runCli(["convert", model, "--layout", "standard", "--output", temporaryFolder(), ...args]);

describe("convert", () => {
  test.each([
    ["fp32", "model.onnx"],
    ["int8", "model_quantized.onnx"],
  ])("to %s writes onnx/%s and the model's small files, and prints the path", async (dtype, fileName) => {
    const path = join(temporaryFolder(), "onnx", fileName);
    expect(await convert("--dtype", dtype)).toEqual({ status: 0, stdout: `${path}\n`, stderr: "" });
    expect(await readdir(join(temporaryFolder(), "onnx"))).toEqual([fileName]);
    for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
      expect(await readFile(join(temporaryFolder(), file)), file).toEqual(await readFile(join(model, file)));
    }
    const { metadataProps, producerName } = decodeOnnx(await readFile(path));
    expect(producerName).toBe("crossrank");
    expect(Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))).toEqual({
      producer: expect.stringMatching(/^crossrank \d+\.\d+\.\d+$/) as string,
      layout: "standard",
      dtype,
      activation: "sigmoid",
      max_length: "8192",
      pooling: "mean",
    });
  });

  test("puts a second precision beside the first", async () => {
    await convert();
    expect((await convert("--dtype", "int8")).status).toBe(0);
    expect(await readdir(join(temporaryFolder(), "onnx"))).toEqual(["model.onnx", "model_quantized.onnx"]);
  });

  test.each([
    ["a model", "onnx/model.onnx", "fp32"],
    ["another model's config", "config.json", "int8"],
  ])("replaces %s only if it is told to", async (_, fileName, dtype) => {
    await convert();
    const path = join(temporaryFolder(), fileName);
    await writeFile(path, "{}");
    const refused = await convert("--dtype", dtype);
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: "" });
    expect(refused.stderr).toContain(`${path} must not be there yet`);
    expect(await readFile(path, "utf8")).toBe("{}");
    expect((await convert("--dtype", dtype, "--force")).status).toBe(0);
    expect(await readFile(path, "utf8")).not.toBe("{}");
  });

  test("refuses a file as the output folder", async () => {
    const path = join(temporaryFolder(), "a-file");
    await writeFile(path, "");
    const refused = await convert("--output", path);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`${path}/onnx/model.onnx must be in a folder, but what leads there is a file.`);
  });

  test("writes nothing for a model of another kind", async () => {
    const [source, output] = [join(temporaryFolder(), "source"), join(temporaryFolder(), "output")];
    await writeJsonFiles(source, { "config.json": { architectures: ["DebertaV2ForSequenceClassification"] } });
    const { status, stderr } = await runCli(["convert", source, "--output", output]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[UNSUPPORTED_MODEL\]/);
    expect(await readdir(temporaryFolder())).toEqual(["source"]);
  });
});
