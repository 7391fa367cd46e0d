/**
 * Converted models on ONNX Runtime, as another program would run them, against sentence-transformers' logits and ours.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertToStandardLayout, type StandardDtype } from "../../src/conversion/index.js";
import { describeModernBert } from "../../src/architectures/modernbert/index.js";
import { writeSafetensors } from "../../src/safetensors/index.js";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import chainGolden from "../fixtures/tiny-modular/golden.json" with { type: "json" };
import nanoGolden from "../fixtures/nano-golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { scorePadded } from "../helpers/score-padded.js";
import { seededRandom } from "../helpers/seeded-random.js";
import { tolerances } from "./tolerances.js";

/** Padded to the longest pair, the others would take a hundred times their own time. */
const longestInBatches = 300;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossrank-standard-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function openConverted(model: string, dtype: StandardDtype): Promise<InferenceSession> {
  const outputFolder = await mkdtemp(join(folder, "model-"));
  const { path } = await convertToStandardLayout(model, { outputFolder, dtype });
  return InferenceSession.create(path);
}

/** Logits of pairs in one padded batch, and of those that are too long for it one by one. */
async function scoreAll(session: InferenceSession, pairs: readonly number[][]): Promise<number[][]> {
  const logits: number[][] = [];
  const short = pairs.flatMap(({ length }, index) => (length <= longestInBatches ? [index] : []));
  const batches = [short, ...[...pairs.keys()].filter((index) => !short.includes(index)).map((index) => [index])];
  for (const batch of batches) {
    const rows = await scorePadded(
      session,
      batch.map((index) => pairs[index] ?? []),
    );
    for (const [row, index] of batch.entries()) logits[index] = rows[row] ?? [];
  }
  return logits;
}

describe.each(["tiny-reranker", "tiny-nli"] as const)("%s in fp32", (name) => {
  const { input_ids: pairs, logits } = goldens.models[name];
  const golden = logits.flat();
  let session: InferenceSession;
  beforeAll(async () => {
    session = await openConverted(`test/fixtures/${name}`, "fp32");
  });

  test("gives the reference's logits in a padded batch", async () => {
    assertClose((await scoreAll(session, pairs)).flat(), golden, tolerances.logits);
  });

  test("gives the reference's logits for each pair alone", async () => {
    const logits: number[] = [];
    for (const ids of pairs) logits.push(...(await scorePadded(session, [ids])).flat());
    assertClose(logits, golden, tolerances.logits);
  });

  test("does not let padding change logits, whatever stands in it", async () => {
    const short = pairs.filter(({ length }) => length <= longestInBatches);
    const alone = await scorePadded(session, short);
    const padded = await scorePadded(session, short, { paddedLength: 512, padId: 7 });
    assertClose(padded.flat(), alone.flat(), tolerances.batchInvariance);
  });
});

test("the embedded model gives the logits that crossrank gives", async () => {
  const session = await openConverted("models/nano", "fp32");
  await using model = await CrossEncoder.fromPretrained();
  const expected = await model.predict(nanoGolden.pairs as [string, string][], { activationFn: "identity" });
  assertClose((await scorePadded(session, nanoGolden.input_ids)).flat(), expected, tolerances.embeddedLogits);
});

/** tiny-reranker's shape with other settings and random weights. */
async function writeVariant(settings: object): Promise<string> {
  const source = "test/fixtures/tiny-reranker";
  const config = { ...(JSON.parse(await readFile(join(source, "config.json"), "utf8")) as object), ...settings };
  const target = await mkdtemp(join(folder, "variant-"));
  await mkdir(target, { recursive: true });
  await writeFile(join(target, "config.json"), JSON.stringify(config));
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(join(source, file), join(target, file));
  }
  const random = seededRandom(5);
  const { weightShapes } = describeModernBert(config, { path: "config.json", labelCount: 1 });
  const tensors = [...weightShapes].map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, dtype: "F32" as const, shape, data: new Float32Array(length).map(() => random() - 0.5) };
  });
  await writeSafetensors(join(target, "model.safetensors"), tensors);
  return target;
}

test.each<[string, object]>([
  ["pooled by its first token", { classifier_pooling: "cls" }],
  ["with every bias", { attention_bias: true, mlp_bias: true, norm_bias: true, classifier_bias: true }],
])("a model %s gives the logits that crossrank gives", async (_, settings) => {
  const variant = await writeVariant(settings);
  const session = await openConverted(variant, "fp32");
  await using model = await CrossEncoder.fromPretrained(variant);
  const expected = await model.predict(goldens.pairs as [string, string][], { activationFn: "identity" });
  const actual = await scoreAll(session, goldens.models["tiny-reranker"].input_ids);
  assertClose(actual.flat(), expected, tolerances.logits);
});

describe("int8", () => {
  test.each<[string, { input_ids: number[][]; logits: (number | number[])[] }]>([
    ["tiny-reranker", goldens.models["tiny-reranker"]],
    ["tiny-nli", goldens.models["tiny-nli"]],
    ["tiny-modular", chainGolden],
  ])("%s keeps most of the reference's order", async (name, { input_ids: pairs, logits }) => {
    const session = await openConverted(`test/fixtures/${name}`, "int8");
    const actual = await scoreAll(session, pairs);
    // Of several labels the first; the order of each is as good a test.
    const correlation = rankCorrelation(
      actual.map(([logit = NaN]) => logit),
      logits.map((row) => [row].flat()[0] ?? NaN),
    );
    expect(correlation).toBeGreaterThan(tolerances.int8RankCorrelation);
  });
});

/** Spearman's: 1 for the same order, -1 for the opposite. Without ties. */
function rankCorrelation(left: readonly number[], right: readonly number[]): number {
  const [leftRanks, rightRanks] = [ranksOf(left), ranksOf(right)];
  const squares = leftRanks.reduce((sum, rank, index) => sum + (rank - (rightRanks[index] ?? NaN)) ** 2, 0);
  return 1 - (6 * squares) / (left.length * (left.length ** 2 - 1));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => values.filter((other) => other < value).length);
}
