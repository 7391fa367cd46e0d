/**
 * BERT against sentence-transformers' numbers, and BERT's like against a naive forward in float64; both as crossrank runs
 * them and as ONNX files in the standard layout.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { cp, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { convertToStandardLayout } from "../../src/conversion/index.js";
import { kendallTau } from "../../src/evaluation/index.js";
import { openCheckpoint, readTensor, writeSafetensors } from "../../src/safetensors/index.js";
import golden from "../fixtures/tiny-bert/golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { naiveLogits, type NaiveWeights } from "../helpers/naive-bert.js";
import { scorePadded } from "../helpers/score-padded.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { tinyModels, writeTinyModel } from "../helpers/tiny-bert-models.js";
import { writeModelAs } from "../helpers/write-model-as.js";
import { tolerances } from "./tolerances.js";

const tinyBert = "test/fixtures/tiny-bert";
const goldenPairs = golden.pairs as [string, string][];
const folder = useTemporaryFolder();

beforeEach(() => {
  vi.stubEnv("CROSSRANK_CACHE", join(folder(), "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function openConverted(model: string): Promise<InferenceSession> {
  const outputFolder = await mkdtemp(join(folder(), "standard-"));
  const { path } = await convertToStandardLayout(model, { outputFolder, dtype: "fp32" });
  return InferenceSession.create(path);
}

describe("tiny-bert", () => {
  test("has the reference's maximum length and activation", async () => {
    await using model = await CrossEncoder.fromPretrained(tinyBert);
    expect(model.maxLength).toBe(golden.max_seq_length);
    expect(model.activationFn).toBe(golden.activation.toLowerCase());
  });

  test("sees the reference's ids and token types", async () => {
    await using model = await CrossEncoder.fromPretrained(tinyBert);
    const tokenized = await model.tokenize(goldenPairs);
    expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.input_ids);
    expect(tokenized.map(({ tokenTypeIds }) => [...(tokenTypeIds ?? [])])).toEqual(golden.token_type_ids);
  });

  test("gives the reference's logits, together and for each pair alone", async () => {
    await using model = await CrossEncoder.fromPretrained(tinyBert);
    assertClose(await model.predict(goldenPairs), golden.scores, tolerances.logits);
    const alone = await Promise.all(goldenPairs.map((pair) => model.predict(pair)));
    assertClose(alone, golden.logits, tolerances.logits);
  });

  test("gives the reference's logits in the standard layout, whatever stands in padding", async () => {
    const session = await openConverted(tinyBert);
    const options = { tokenTypeIds: golden.token_type_ids };
    assertClose((await scorePadded(session, golden.input_ids, options)).flat(), golden.logits, tolerances.logits);
    const padded = await scorePadded(session, golden.input_ids, { ...options, paddedLength: 512, padId: 7 });
    assertClose(padded.flat(), golden.logits, tolerances.logits);
  });

  test.each(["F16", "BF16"] as const)("runs %s weights as the numbers they are", async (dtype) => {
    const half = join(folder(), "half");
    const widened = join(folder(), "widened");
    await writeModelAs(tinyBert, half, dtype);
    await writeModelAs(half, widened, "F32");
    await using model = await CrossEncoder.fromPretrained(half);
    await using reference = await CrossEncoder.fromPretrained(widened);
    assertClose(await model.predict(goldenPairs), await reference.predict(goldenPairs), tolerances.logits);
  });

  test("reads a checkpoint with the names of old, and what it holds beside them", async () => {
    const old = join(folder(), "old");
    await cp(tinyBert, old, { recursive: true });
    const { tensors } = await openCheckpoint(tinyBert);
    const renamed = await Promise.all(
      [...tensors.values()].map(async (tensor) => ({
        name: tensor.name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
        dtype: "F32" as const,
        shape: tensor.shape,
        data: await readTensor(tensor),
      })),
    );
    const positions = { name: "bert.embeddings.position_ids", dtype: "F32" as const, shape: [1, 2] };
    await writeSafetensors(join(old, "model.safetensors"), [...renamed, { ...positions, data: new Float32Array(2) }]);
    for (const dtype of ["fp32", "int8"] as const) {
      await using model = await CrossEncoder.fromPretrained(old, { dtype });
      await using reference = await CrossEncoder.fromPretrained(tinyBert, { dtype });
      expect(await model.predict(goldenPairs)).toEqual(await reference.predict(goldenPairs));
    }
  });

  test("ranks in int8 nearly as in fp32", async () => {
    await using model = await CrossEncoder.fromPretrained(tinyBert, { dtype: "int8" });
    const logits = await model.predict(goldenPairs);
    expect(kendallTau(golden.logits, logits)).toBeGreaterThan(0.9);
    assertClose(logits, golden.logits, tolerances.tinyBertInt8Logits);
  });
});

async function readWeights(model: string): Promise<NaiveWeights> {
  const { tensors } = await openCheckpoint(model);
  const entries = [...tensors].map(
    async ([name, tensor]) => [name, { shape: tensor.shape, data: await readTensor(tensor) }] as const,
  );
  return new Map(await Promise.all(entries));
}

/** `[PAD]` is RoBERTa's padding token: written in a text it has that token's position. */
const pairs: [string, string][] = [
  ["why does salt melt ice", "salt lowers the freezing point of water"],
  ["why", ""],
  ["", ""],
  ["salt [PAD] ice", "a [PAD] [PAD] map [CLS] of the [UNK] sea"],
  ["why does salt melt ice ".repeat(4), "bees carry pollen from flower to flower ".repeat(4)],
];

describe.each(Object.entries(tinyModels))("%s", (_, { config, naive }) => {
  test("gives the logits of a naive forward in float64, as crossrank runs it and in the standard layout", async () => {
    const model = join(folder(), "model");
    await writeTinyModel(model, config);
    const weights = await readWeights(model);
    await using encoder = await CrossEncoder.fromPretrained(model);
    const tokenized = await encoder.tokenize(pairs);
    const ids = tokenized.map(({ inputIds }) => [...inputIds]);
    const types = tokenized.map(({ tokenTypeIds }) => [...(tokenTypeIds ?? [])]);
    expect(Math.max(...ids.map(({ length }) => length))).toBe(32);
    const hasTypes = config["type_vocab_size"] === 2;
    const expected = ids.flatMap((row, index) =>
      naiveLogits({ ...naive, weights }, row, hasTypes ? types[index] : undefined),
    );
    const logits = await encoder.predict<Float32Array>(pairs, { activationFn: "identity" });
    assertClose(
      logits.flatMap((row) => [...row]),
      expected,
      tolerances.naiveLogits,
    );

    const session = await openConverted(model);
    expect(session.inputNames).toEqual(["input_ids", "attention_mask", ...(hasTypes ? ["token_type_ids"] : [])]);
    const padded = await scorePadded(session, ids, {
      ...(hasTypes && { tokenTypeIds: types }),
      padId: naive.paddingId ?? 0,
    });
    assertClose(padded.flat(), expected, tolerances.naiveLogits);
  });
});
