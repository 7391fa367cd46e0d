/** int8 end to end: on load, converted for good, and on processors whose products saturate. */
import { mkdir, readFile, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { kendallTau } from "../../src/evaluation/index.js";
import { buildModernBertGraph, modernBertInt8Tensors } from "../../src/architectures/modernbert/build-graph.js";
import type { ModernBertConfig } from "../../src/architectures/modernbert/modernbert-config.js";
import { modernBertWeightShapes } from "../../src/architectures/modernbert/weight-shapes.js";
import type { LocateWeight, WeightLocation } from "../../src/onnx/index.js";
import { planStream } from "../../src/planning/index.js";
import { writeInt8Checkpoint } from "../../src/quantization/index.js";
import { openCheckpoint, writeSafetensors, type Checkpoint } from "../../src/safetensors/index.js";
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { seededRandom } from "../helpers/seeded-random.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { tinyConfig, withEveryBias } from "../helpers/tiny-modernbert.js";
import { runCli } from "./cli/run-cli.js";

const folder = useTemporaryFolder();

const query = "how do you find the mass of a stone";
const documents = [
  "Divide the weight by the acceleration of gravity.",
  "A High Mass is a church service in which most of the words are sung.",
  "Weigh it on a scale.",
  "Stone fruits are peaches, plums and cherries.",
  "Mass is how much matter an object is made of; it is found with a balance.",
  "Paris is the capital of France.",
  "The stone weighs 14 pounds, an old unit.",
  "",
];
const pairs = documents.map((document): [string, string] => [query, document]);

beforeEach(() => {
  vi.stubEnv("CROSSRANK_CACHE", join(folder(), "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("dtype int8", () => {
  test("ranks nearly as fp32 does, and says what it is", async () => {
    await using reference = await CrossEncoder.fromPretrained(undefined, { activationFn: "identity" });
    await using model = await CrossEncoder.fromPretrained(undefined, { activationFn: "identity", dtype: "int8" });
    expect([reference.dtype, model.dtype]).toEqual(["fp32", "int8"]);
    const [expected, actual] = [await reference.predict(pairs), await model.predict(pairs)];
    expect(kendallTau(expected, actual)).toBeGreaterThan(0.9);
    assertClose(actual, expected, tolerances.embeddedInt8Logits);
  });

  test("gives a pair the same score whatever it is scored with", async () => {
    await using model = await CrossEncoder.fromPretrained(undefined, { activationFn: "identity", dtype: "int8" });
    const together = await model.predict(pairs);
    const alone: number[] = [];
    for (const pair of pairs) alone.push(await model.predict(pair));
    assertClose(together, alone, tolerances.int8BatchInvariance);
  });
});

describe("a converted model", () => {
  test("loads by itself, and gives the scores of dtype int8", async () => {
    const output = join(folder(), "converted");
    const { status, stderr } = await runCli(["convert", "models/nano", "--output", output]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    await using converted = await CrossEncoder.fromPretrained(output);
    await using model = await CrossEncoder.fromPretrained(undefined, { dtype: "int8" });
    expect(converted.dtype).toBe("int8");
    expect(await converted.predict(pairs)).toEqual(await model.predict(pairs));
    await expect(CrossEncoder.fromPretrained(output, { dtype: "fp32" })).rejects.toMatchObject({
      code: "INVALID_OPTIONS",
      message: expect.stringMatching(/holds int8 weights, got "fp32"/) as string,
    });
  });

  test("comes with a report of how far it agrees", async () => {
    const output = join(folder(), "converted");
    const input = [
      JSON.stringify({ query, documents, positive: [documents[0], documents[4]] }),
      JSON.stringify({ query: "capital of France", document: documents[5], label: 1 }),
      JSON.stringify({ query: "capital of France", document: documents[0] }),
    ].join("\n");
    const args = ["convert", "models/nano", "--output", output, "--calibrate", "-", "--json"];
    const { status, stdout } = await runCli(args, { stdin: input });
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { agreement: { queries: number; pairs: number; kendallTau: number } };
    expect(report.agreement).toMatchObject({ queries: 2, pairs: 10 });
    expect(report.agreement.kendallTau).toBeGreaterThan(0.9);
    expect(JSON.parse(await readFile(join(output, "fidelity.json"), "utf8"))).toEqual(report);
  });

  test("replaces another only if told to, and never the model it is made from", async () => {
    const output = join(folder(), "converted");
    await runCli(["convert", "models/nano", "--output", output]);
    const again = await runCli(["convert", "models/nano", "--output", output]);
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/model\.safetensors must not be there yet, but is.*--force/);
    expect((await runCli(["convert", "models/nano", "--output", output, "--force"])).status).toBe(0);
    const onto = await runCli(["convert", output, "--output", output, "--force"]);
    expect(onto.stderr).toMatch(/is in int8 already/);
    const standard = await runCli(["convert", output, "--layout", "standard", "--output", join(folder(), "onnx")]);
    expect(standard.stderr).toMatch(/is in int8 already/);
    const self = await runCli(["convert", "models/nano", "--output", "models/nano", "--force"]);
    expect(self.stderr).toMatch(/must be another than the model's/);
  });

  test("names the line of the pairs that is wrong before it converts anything", async () => {
    const output = join(folder(), "converted");
    const { status, stderr } = await runCli(["convert", "models/nano", "--output", output, "--calibrate", "-"], {
      stdin: '{"query": 1}',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^.*Line 1 of standard input must be an object with "query" and "documents"/);
    const empty = await runCli(["convert", "models/nano", "--output", output, "--calibrate", "-"], { stdin: "\n" });
    expect(empty.stderr).toMatch(/must hold at least one query with documents, but is empty/);
    expect(await readdir(folder())).not.toContain("converted");
  });
});

describe("a graph with every bias", () => {
  const config: ModernBertConfig = { ...withEveryBias(tinyConfig), hiddenSize: 64, intermediateSize: 96 };
  const batch = [
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [3, 1],
    [2, 2, 7, 7, 1],
  ];

  async function writeRandom(): Promise<Checkpoint> {
    const random = seededRandom(11);
    const tensors = [...modernBertWeightShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return { name, dtype: "F32" as const, shape, data: new Float32Array(size).map(() => (random() - 0.5) / 4) };
    });
    await writeSafetensors(join(folder(), "model.safetensors"), tensors);
    return openCheckpoint(folder());
  }

  async function run(checkpoint: Checkpoint, precision: Parameters<typeof buildModernBertGraph>[2]) {
    const types = { F32: "float32", I8: "int8" } as Record<string, WeightLocation["type"]>;
    const locate: LocateWeight = (name) => {
      const tensor = checkpoint.tensors.get(name);
      if (tensor === undefined) throw new RangeError(`${name} is not in the checkpoint`);
      return { fileName: basename(tensor.path), byteOffset: tensor.byteOffset, type: types[tensor.dtype] ?? "int8" };
    };
    const session = await InferenceSession.create(buildModernBertGraph(config, locate, precision).encode(), {
      extra: { session: { model_external_initializers_file_folder_path: dirname(checkpoint.path) } },
    });
    const feeds = Object.entries(
      planStream(
        batch.map((inputIds) => ({ inputIds })),
        { pooling: "mean", windowRadius: config.localRadius },
      ),
    ).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]);
    const { logits } = await session.run(Object.fromEntries(feeds) as InferenceSession.FeedsType);
    return logits?.data as Float32Array;
  }

  test("gives the same logits with signed and with unsigned weights, close to fp32's", async () => {
    const floats = await writeRandom();
    const expected = await run(floats, { dtype: "fp32" });
    const int8Folder = join(folder(), "int8");
    await mkdir(int8Folder);
    await writeInt8Checkpoint(floats, modernBertInt8Tensors(config), join(int8Folder, "model.safetensors"));
    const int8 = await openCheckpoint(int8Folder);
    const signed = await run(int8, { dtype: "int8", hasUnsignedWeights: false });
    const unsigned = await run(int8, { dtype: "int8", hasUnsignedWeights: true });
    assertClose(unsigned, signed, tolerances.int8BatchInvariance);
    assertClose(signed, expected, tolerances.tinyInt8Logits);
  });
});
