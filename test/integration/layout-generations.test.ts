/** Every layout that cross-encoders were saved in, from sentence-transformers 2 on: each loads, and scores as it should. */
import { cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { describe, expect, test } from "vitest";
import { openCheckpoint, readTensor, writeSafetensors } from "../../src/safetensors/index.js";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import chainGolden from "../fixtures/tiny-modular/golden.json" with { type: "json" };
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { thrownBy } from "../helpers/thrown-by.js";
import { writeJsonFiles } from "../helpers/write-json-files.js";
import { writeSharded } from "../helpers/write-sharded.js";

const folder = useTemporaryFolder();

const tanh = "torch.nn.modules.activation.Tanh";
const identity = "torch.nn.modules.linear.Identity";
const transformer = { idx: 0, name: "0", path: "", type: "sentence_transformers.base.modules.transformer.Transformer" };
const task = { transformer_task: "sequence-classification" };
const pipeline = { model_type: "CrossEncoder", activation_fn: tanh, prompts: { ask: "query: " } };
const v6 = {
  "modules.json": [transformer],
  "config_sentence_transformers.json": pipeline,
  "sentence_bert_config.json": task,
};

/** What of a generation differs from a raw classifier of transformers'. */
interface Generation {
  fixture: "tiny-reranker" | "tiny-nli" | "tiny-modular";
  /** Fields of `config.json`. */
  config?: object;
  files?: Readonly<Record<string, unknown>>;
  isSharded?: true;
  activation: "sigmoid" | "identity" | "tanh";
  maxLength?: number;
  prompts?: object;
}

const generations: Readonly<Record<string, Generation>> = {
  "raw transformers, one label": { fixture: "tiny-reranker", activation: "sigmoid" },
  "raw transformers, several labels": { fixture: "tiny-nli", activation: "identity" },
  "raw transformers, in shards": { fixture: "tiny-reranker", isSharded: true, activation: "sigmoid" },
  "v2 and v3": {
    fixture: "tiny-reranker",
    config: { sbert_ce_default_activation_function: tanh },
    activation: "tanh",
  },
  "v2 and v3, with an empty activation": {
    fixture: "tiny-reranker",
    config: { sbert_ce_default_activation_function: null },
    activation: "sigmoid",
  },
  "v4.0 to v5.3": {
    fixture: "tiny-reranker",
    config: { sentence_transformers: { activation_fn: identity, version: "4.1.0" } },
    activation: "identity",
  },
  "v4.0 to v5.3, several labels": {
    fixture: "tiny-nli",
    config: { sentence_transformers: { activation_fn: tanh, version: "5.0.0" } },
    activation: "tanh",
  },
  "v5.4 to v6": { fixture: "tiny-reranker", files: v6, activation: "tanh", prompts: pipeline.prompts },
  "v5.4 to v6, with a maximum length": {
    fixture: "tiny-reranker",
    files: { ...v6, "sentence_bert_config.json": { ...task, max_seq_length: 64 } },
    activation: "tanh",
    maxLength: 64,
    prompts: pipeline.prompts,
  },
  "v5.4 to v6, with the older name of the transformer's config": {
    fixture: "tiny-reranker",
    files: {
      "modules.json": [{ ...transformer, type: "sentence_transformers.models.Transformer" }],
      "config_sentence_transformers.json": pipeline,
      "sentence_roberta_config.json": { ...task, max_seq_length: 64 },
    },
    activation: "tanh",
    maxLength: 64,
    prompts: pipeline.prompts,
  },
  "v5.4 to v6, over a config of v4": {
    fixture: "tiny-reranker",
    config: { sentence_transformers: { activation_fn: identity } },
    files: v6,
    activation: "tanh",
    prompts: pipeline.prompts,
  },
  "a classifier saved as another kind of model, whose modules and prompts are ignored": {
    fixture: "tiny-reranker",
    files: { ...v6, "config_sentence_transformers.json": { ...pipeline, model_type: "SentenceTransformer" } },
    activation: "sigmoid",
  },
  "v6, a chain of modules": { fixture: "tiny-modular", activation: "sigmoid" },
  "v6, a chain of modules whose encoder is in shards": {
    fixture: "tiny-modular",
    isSharded: true,
    activation: "sigmoid",
  },
};

async function writeModel({ fixture, config, files, isSharded }: Generation): Promise<string> {
  const model = join(folder(), "model");
  await cp(join("test/fixtures", fixture), model, { recursive: true });
  const own = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as Record<string, unknown>;
  delete own["sentence_transformers"];
  await writeJsonFiles(model, { "config.json": { ...own, ...config }, ...files });
  if (isSharded) await writeSharded(model);
  return model;
}

/** The reference's logits of pairs that fit whatever the maximum length, with their pairs. */
function shortGolden(fixture: Generation["fixture"]): { pairs: [string, string][]; logits: number[] } {
  const golden = fixture === "tiny-modular" ? chainGolden : { ...goldens.models[fixture], pairs: goldens.pairs };
  const short = [...golden.pairs.keys()].filter((index) => (golden.input_ids[index]?.length ?? Infinity) <= 64);
  return {
    pairs: short.map((index) => golden.pairs[index] as [string, string]),
    logits: short.flatMap((index) => golden.logits[index] ?? []),
  };
}

const activations = { sigmoid: (x: number) => 1 / (1 + Math.exp(-x)), identity: (x: number) => x, tanh: Math.tanh };

describe("a model in the layout of", () => {
  test.each(Object.entries(generations))(
    "%s loads, and has its activation, length, prompts and scores",
    async (_, row) => {
      await using model = await CrossEncoder.fromPretrained(await writeModel(row));
      expect(model.activationFn).toBe(row.activation);
      expect(model.maxLength).toBe(row.maxLength ?? 8192);
      expect(model.prompts).toEqual(row.prompts ?? {});
      const { pairs, logits } = shortGolden(row.fixture);
      const scores: Iterable<number | Float32Array> = await model.predict<number | Float32Array>(pairs);
      const numbers = Array.from(scores, (score) => (typeof score === "number" ? [score] : [...score])).flat();
      assertClose(numbers, logits.map(activations[row.activation]), tolerances.logits);
    },
  );
});

test("shards that links lead to, each in a folder of its own, are read where they lie", async () => {
  const model = await writeModel({ fixture: "tiny-reranker", isSharded: true, activation: "sigmoid" });
  const name = "model-00001-of-00002.safetensors";
  await mkdir(join(model, "elsewhere"));
  await rename(join(model, name), join(model, "elsewhere", name));
  await symlink(join("elsewhere", name), join(model, name));
  await using encoder = await CrossEncoder.fromPretrained(model, { activationFn: "identity" });
  const { pairs, logits } = shortGolden("tiny-reranker");
  assertClose(await encoder.predict(pairs), logits, tolerances.logits);
});

test("a classifier's config over an encoder's weights is refused, not given a random head", async () => {
  const model = await writeModel({ fixture: "tiny-reranker", activation: "sigmoid" });
  const encoder = [...(await openCheckpoint(model)).tensors.values()].filter(({ name }) => name.startsWith("model."));
  const sources = await Promise.all(
    encoder.map(async (tensor) => ({ ...tensor, dtype: "F32" as const, data: await readTensor(tensor) })),
  );
  await writeSafetensors(join(model, "model.safetensors"), sources);
  const error = await thrownBy(() => CrossEncoder.fromPretrained(model));
  expect(error.code).toBe("TENSOR_NOT_FOUND");
  expect(error.message).toContain("must hold a trained head that scores pairs, but lacks head.dense.weight");
});
