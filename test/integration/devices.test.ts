/**
 * Other devices than the CPU, each in a process of its own: a crash in a GPU's driver ends that, and not the tests.
 *
 * WebGPU runs on SwiftShader, a GPU in software. No test needs a GPU.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { CrossEncoder } from "crossrank";
import { describe, expect, test } from "vitest";
import { hasGpuDevice } from "../../src/machine/index.js";
import bertGolden from "../fixtures/tiny-bert/golden.json" with { type: "json" };
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { findSoftwareGpu, softwareGpuNeeds } from "../helpers/software-gpu.js";
import { thrownBy } from "../helpers/thrown-by.js";

const reranker = "test/fixtures/tiny-reranker";
const bert = "test/fixtures/tiny-bert";

/** Compiling shaders for a GPU in software takes seconds. */
const timeout = 120_000;

/** Runs a program that uses the package, and gives what it prints as JSON. */
async function runProgram(body: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const program = `
    import { CrossEncoder } from "crossrank";
    const print = (value) => process.stdout.write(JSON.stringify(value));
    const codeOf = (call) => call.then(() => "nothing", ({ code, message, details }) => ({ code, message, details }));
    ${body}`;
  const options = { timeout, env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], options);
  return JSON.parse(stdout);
}

/** Short ones: a GPU in software is slow. */
const pairs = goldens.pairs.filter((_, index) => (goldens.models["tiny-reranker"].input_ids[index]?.length ?? 0) < 100);
const logits = goldens.models["tiny-reranker"].logits.filter((_, index) =>
  pairs.includes(goldens.pairs[index] as (typeof pairs)[number]),
);
const bertIndices = bertGolden.input_ids.flatMap(({ length }, index) => (length < 100 ? [index] : []));

const softwareGpu = findSoftwareGpu();

describe.skipIf(softwareGpu === undefined)(`WebGPU (${softwareGpuNeeds})`, { timeout }, () => {
  const run = (body: string) => runProgram(body, softwareGpu);

  test("gives the reference's logits from a checkpoint", async () => {
    const result = await run(`
      const model = await CrossEncoder.fromPretrained("${reranker}", { device: "webgpu" });
      const { device, dtype, info: { runs } } = model;
      const logits = await model.predict(${JSON.stringify(pairs)}, { activationFn: "identity" });
      await model.dispose();
      print({ device, dtype, runs, logits: [...logits] });
    `);
    const { logits: actual, ...facts } = result as { logits: number[] };
    expect(facts).toEqual({ device: "webgpu", dtype: "fp32", runs: "standard" });
    assertClose(actual, logits, tolerances.webGpuLogits);
  });

  test("gives the reference's logits from an ONNX file", async () => {
    const result = await run(`
      const model = await CrossEncoder.fromPretrained("${bert}", { device: "webgpu", onnxFile: "model" });
      print([...await model.predict(${JSON.stringify(bertIndices.map((index) => bertGolden.pairs[index]))}, { activationFn: "identity" })]);
    `);
    const expected = bertIndices.map((index) => bertGolden.logits[index] ?? NaN);
    assertClose(result as number[], expected, tolerances.webGpuLogits);
  });

  test("takes calls of several encoders and workers in turns, and lets them end in the middle", async () => {
    const result = await run(`
      const options = { device: "webgpu", workers: 2 };
      const [first, second] = await Promise.all([1, 2].map(() => CrossEncoder.fromPretrained("${reranker}", options)));
      const pairs = Array(12).fill(["salt", "water"]);
      const scores = await Promise.all([first, second].map((model) => model.predict(pairs, { batchSize: 2 })));
      const onProgress = () => setTimeout(() => void first.dispose(), 3);
      const running = codeOf(first.predict(pairs, { batchSize: 2, onProgress }));
      const after = second.predict(pairs, { batchSize: 2 });
      print([(await running).code, (await after).length, scores.map((list) => list.length)]);
    `);
    expect(result).toEqual(["DISPOSED", 12, [12, 12]]);
  });

  test("says that the GPU has no half precision", async () => {
    const result = await run(
      `print(await codeOf(CrossEncoder.fromPretrained("${reranker}", { device: "webgpu", dtype: "fp16" })));`,
    );
    expect(result).toMatchObject({ code: "DEVICE_UNAVAILABLE" });
    expect(result).toHaveProperty(
      "message",
      expect.stringContaining('The GPU has no half precision: use dtype "fp32".'),
    );
  });

  test.skipIf(hasGpuDevice())("is not what auto chooses: software is no GPU", async () => {
    const result = await run(`
      const warnings = [];
      process.on("warning", ({ name, message }) => warnings.push({ name, message }));
      const load = () => CrossEncoder.fromPretrained("${reranker}", { device: "auto" });
      const models = [await load(), await load()];
      await new Promise((resolve) => setTimeout(resolve, 10));
      print([models.map(({ device }) => device), warnings]);
    `);
    const [devices, warnings] = result as [string[], { name: string; message: string }[]];
    expect(devices).toEqual(["cpu", "cpu"]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ name: "CrossrankWarning" });
    expect(warnings[0]?.message).toMatch(/^device "auto" runs on the CPU: .*"cuda".* there is no GPU\.$/);
  });

  test("lets a process exit that forgot to dispose", async () => {
    const result = await run(`
      const model = await CrossEncoder.fromPretrained("${reranker}", { device: "webgpu" });
      print(typeof await model.predict(["a", "b"]));
    `);
    expect(result).toBe("number");
  });
});

const isLinuxX64 = process.platform === "linux" && process.arch === "x64";
const cudaProvider = join(
  createRequire(import.meta.url).resolve("onnxruntime-node"),
  "../../bin/napi-v6/linux/x64/libonnxruntime_providers_shared.so",
);

describe("a device that is not there", () => {
  test.skipIf(!isLinuxX64 || existsSync(cudaProvider))("CUDA says what is missing and how to install it", async () => {
    for (const device of ["cuda", "cuda:1"] as const) {
      const error = await thrownBy(() => CrossEncoder.fromPretrained(reranker, { device }));
      expect(error).toMatchObject({
        code: "DEVICE_UNAVAILABLE",
        details: { device, library: "libonnxruntime_providers_shared.so" },
      });
      expect(error.message).toContain("ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node");
    }
  });

  test.skipIf(!isLinuxX64)("WebGPU says what it takes", { timeout }, async () => {
    const result = await runProgram(
      `print(await codeOf(CrossEncoder.fromPretrained("${reranker}", { device: "webgpu" })));`,
      { VK_ICD_FILENAMES: "/no/driver.json" },
    );
    expect(result).toMatchObject({ code: "DEVICE_UNAVAILABLE", details: { device: "webgpu" } });
    expect(result).toHaveProperty("message", expect.stringContaining("a GPU with its Vulkan driver"));
  });
});

describe("a precision that a device does not have", () => {
  test.each(["cuda", "webgpu"] as const)("int8 is refused on %s by name", async (device) => {
    const error = await thrownBy(() => CrossEncoder.fromPretrained(reranker, { device, dtype: "int8" }));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { device, dtype: "int8" } });
    expect(error.message).toContain('dtype "int8" is for processors');
  });

  test("int8 takes auto to the CPU without a word", async () => {
    const onWarning = (warning: Error) => expect.fail(warning.message);
    process.on("warning", onWarning);
    await using model = await CrossEncoder.fromPretrained(reranker, { device: "auto", dtype: "int8" });
    expect(model.device).toBe("cpu");
    process.off("warning", onWarning);
  });

  test("fp16 of a checkpoint is refused on the CPU", async () => {
    const error = await thrownBy(() => CrossEncoder.fromPretrained(reranker, { dtype: "fp16" }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain('dtype must not be "fp16" on the CPU');
  });
});
