/**
 * The graph that GPUs get, over a checkpoint in place: run on the CPU, against sentence-transformers' logits.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeModernBert } from "../../src/modernbert/index.js";
import { MappedWeights, type MappedPrecision } from "../../src/onnx/index.js";
import { openCheckpoint } from "../../src/safetensors/index.js";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { scorePadded } from "../helpers/score-padded.js";
import { writeModelAs } from "../helpers/write-model-as.js";
import { tolerances } from "./tolerances.js";

const source = "test/fixtures/tiny-reranker";
const golden = goldens.models["tiny-reranker"];
const short = golden.input_ids.flatMap((ids, index) => (ids.length <= 300 ? [index] : []));
const logits = short.map((index) => golden.logits[index] ?? NaN);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossrank-gpu-graph-"));
});
afterAll(() => rm(folder, { recursive: true }));

const types = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;
type FloatDtype = keyof typeof types;

async function openMapped(model: string, precision: MappedPrecision): Promise<InferenceSession> {
  const config: unknown = JSON.parse(await readFile(join(model, "config.json"), "utf8"));
  const architecture = describeModernBert(config, { path: "config.json", labelCount: 1 });
  const { tensors } = await openCheckpoint(model);
  const weights = new MappedWeights((name) => {
    const { byteOffset = NaN, dtype } = tensors.get(name) ?? {};
    return { fileName: "model.safetensors", byteOffset, type: types[dtype as FloatDtype] };
  }, precision);
  const extra = { session: { model_external_initializers_file_folder_path: resolve(model) } };
  return InferenceSession.create(architecture.buildStandardGraph(weights).encode(), { extra });
}

async function logitsOf(model: string, precision: MappedPrecision): Promise<number[]> {
  const session = await openMapped(model, precision);
  const rows = await scorePadded(
    session,
    short.map((index) => golden.input_ids[index] ?? []),
  );
  return rows.flat();
}

test("gives the reference's logits", async () => {
  assertClose(await logitsOf(source, "fp32"), logits, tolerances.logits);
});

test("differs by no more than half precision explains, with linear layers in it", async () => {
  assertClose(await logitsOf(source, "fp16"), logits, tolerances.halfLogits);
});

test.each(["F16", "BF16"] as const)(
  "over a checkpoint in %s gives the same logits as over its widened copy",
  async (dtype) => {
    const [half, widened] = [join(folder, dtype), join(folder, `${dtype}-widened`)];
    await writeModelAs(source, half, dtype);
    await writeModelAs(half, widened, "F32");
    const actual = await logitsOf(half, "fp32");
    assertClose(actual, await logitsOf(widened, "fp32"), tolerances.batchInvariance);
    expect(actual).not.toEqual(logits);
  },
);
