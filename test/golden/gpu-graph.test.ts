/**
 * The graph that GPUs get, over a checkpoint in place: run on the CPU, against sentence-transformers' logits.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModelSettings } from "../../src/hub/index.js";
import { canonicallyNamed, describeArchitecture } from "../../src/inference/index.js";
import { MappedWeights, type MappedPrecision } from "../../src/onnx/index.js";
import { openModuleCheckpoints } from "../../src/safetensors/index.js";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import bertGolden from "../fixtures/tiny-bert/golden.json" with { type: "json" };
import chainGolden from "../fixtures/tiny-modular/golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { scorePadded } from "../helpers/score-padded.js";
import { writeModelAs } from "../helpers/write-model-as.js";
import { tolerances } from "./tolerances.js";

interface Golden {
  /** What tells the model's labels and, if it is a chain, its head. */
  folder: string;
  pairs: readonly number[][];
  tokenTypes?: readonly number[][];
  logits: readonly number[];
}

/** Padded to the longest pair, the others would take a hundred times their own time. */
const longestInBatch = 300;

function shortOf(name: string, golden: GoldenFile): Golden {
  const { input_ids: ids, token_type_ids: types, logits } = golden;
  const short = ids.flatMap(({ length }, index) => (length <= longestInBatch ? [index] : []));
  const ofShort = <Row>(rows: readonly Row[]) => short.map((index) => rows[index] as Row);
  return {
    folder: `test/fixtures/${name}`,
    pairs: ofShort(ids),
    ...(types && { tokenTypes: ofShort(types) }),
    logits: ofShort<number | number[]>(logits).flat(),
  };
}

interface GoldenFile {
  input_ids: number[][];
  token_type_ids?: number[][];
  logits: (number | number[])[];
}

const reranker = shortOf("tiny-reranker", goldens.models["tiny-reranker"]);
const bert = shortOf("tiny-bert", bertGolden);
const chain = shortOf("tiny-modular", chainGolden);
const models = [reranker, shortOf("tiny-nli", goldens.models["tiny-nli"]), bert, chain];
const source = reranker.folder;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossrank-gpu-graph-"));
});
afterAll(() => rm(folder, { recursive: true }));

const types = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;
type FloatDtype = keyof typeof types;

async function openMapped(model: string, precision: MappedPrecision): Promise<InferenceSession> {
  const { architecture: name, config, labelCount, chain: saved } = await loadModelSettings(model);
  const architecture = describeArchitecture(name, config, { path: "config.json", labelCount, head: saved?.head });
  const { whole } = await openModuleCheckpoints(model, saved?.weightFolders ?? []);
  const { tensors } = canonicallyNamed(whole, architecture);
  const weights = new MappedWeights((tensor) => {
    const { byteOffset = NaN, dtype, path = "" } = tensors.get(tensor) ?? {};
    return { fileName: relative(model, path), byteOffset, type: types[dtype as FloatDtype] };
  }, precision);
  const extra = { session: { model_external_initializers_file_folder_path: resolve(model) } };
  return InferenceSession.create(architecture.buildStandardGraph(weights).encode(), { extra });
}

async function logitsOf(
  { folder: model, pairs, tokenTypes }: Golden,
  precision: MappedPrecision,
  options: { padId?: number } = {},
): Promise<number[]> {
  const session = await openMapped(model, precision);
  const rows = await scorePadded(session, pairs, { ...options, ...(tokenTypes && { tokenTypeIds: tokenTypes }) });
  return rows.flat();
}

describe.each(models)("$folder", (golden) => {
  test("gives the reference's logits, whatever stands in the padding", async () => {
    assertClose(await logitsOf(golden, "fp32"), golden.logits, tolerances.logits);
    assertClose(await logitsOf(golden, "fp32", { padId: 7 }), golden.logits, tolerances.logits);
  });

  test("differs by no more than half precision explains, with linear layers in it", async () => {
    assertClose(await logitsOf(golden, "fp16"), golden.logits, tolerances.halfLogits);
  });
});

test.each(["F16", "BF16"] as const)(
  "over a checkpoint in %s gives the same logits as over its widened copy",
  async (dtype) => {
    const [half, widened] = [join(folder, dtype), join(folder, `${dtype}-widened`)];
    await writeModelAs(source, half, dtype);
    await writeModelAs(half, widened, "F32");
    const actual = await logitsOf({ ...reranker, folder: half }, "fp32");
    assertClose(actual, await logitsOf({ ...reranker, folder: widened }, "fp32"), tolerances.batchInvariance);
    expect(actual).not.toEqual(reranker.logits);
  },
);
