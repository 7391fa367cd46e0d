import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeArchitecture } from "../../src/inference/architectures.js";
import { writeSafetensors } from "../../src/safetensors/index.js";
import type { NaiveModel } from "./naive-bert.js";
import { seededRandom } from "./seeded-random.js";

const sizes = {
  hidden_size: 16,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  intermediate_size: 24,
  vocab_size: 184,
  id2label: { "0": "no", "1": "yes" },
};

/** A tiny model of BERT's kind: its config, and the same in the naive reference's words. */
export interface TinyModel {
  config: { architectures: [string] } & Record<string, unknown>;
  naive: Omit<NaiveModel, "weights">;
}

const naive = { layerCount: 2, headCount: 4, normEpsilon: 1e-12, activation: "gelu" } as const;

/** RoBERTa's padding id is that of `test/fixtures/tiny-bert`, whose tokenizer all of these have. */
export const tinyModels: Readonly<Record<string, TinyModel>> = {
  "BERT with the approximated GELU": {
    config: {
      ...sizes,
      architectures: ["BertForSequenceClassification"],
      max_position_embeddings: 32,
      type_vocab_size: 2,
      hidden_act: "gelu_new",
      layer_norm_eps: 0.01,
    },
    naive: { ...naive, prefix: "bert", activation: "gelu_new", normEpsilon: 0.01 },
  },
  "BERT of one token type with ReLU": {
    config: {
      ...sizes,
      architectures: ["BertForSequenceClassification"],
      max_position_embeddings: 32,
      type_vocab_size: 1,
      hidden_act: "relu",
    },
    naive: { ...naive, prefix: "bert", activation: "relu" },
  },
  RoBERTa: {
    config: {
      ...sizes,
      architectures: ["RobertaForSequenceClassification"],
      max_position_embeddings: 36,
      type_vocab_size: 1,
      pad_token_id: 3,
      layer_norm_eps: 1e-5,
    },
    naive: { ...naive, prefix: "roberta", paddingId: 3, normEpsilon: 1e-5 },
  },
  "XLM-RoBERTa": {
    config: {
      ...sizes,
      architectures: ["XLMRobertaForSequenceClassification"],
      max_position_embeddings: 34,
      type_vocab_size: 1,
      layer_norm_eps: 1e-5,
    },
    naive: { ...naive, prefix: "roberta", paddingId: 1, normEpsilon: 1e-5 },
  },
  ELECTRA: {
    config: {
      ...sizes,
      architectures: ["ElectraForSequenceClassification"],
      embedding_size: 8,
      max_position_embeddings: 32,
      type_vocab_size: 2,
    },
    naive: { ...naive, prefix: "electra" },
  },
  DistilBERT: {
    config: {
      architectures: ["DistilBertForSequenceClassification"],
      id2label: sizes.id2label,
      vocab_size: sizes.vocab_size,
      dim: 16,
      n_heads: 4,
      n_layers: 2,
      hidden_dim: 24,
      max_position_embeddings: 32,
      activation: "gelu",
    },
    naive: { ...naive, prefix: "distilbert" },
  },
};

/** Writes a folder with a config, random weights and the tokenizer of `test/fixtures/tiny-bert`. */
export async function writeTinyModel(folder: string, config: TinyModel["config"]): Promise<void> {
  const inputNames = ["input_ids", "attention_mask", ...(config["type_vocab_size"] === 2 ? ["token_type_ids"] : [])];
  const tokenizerConfig = { model_max_length: 32, model_input_names: inputNames };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(tokenizerConfig));
  await copyFile("test/fixtures/tiny-bert/tokenizer.json", join(folder, "tokenizer.json"));
  const random = seededRandom(5);
  const { weightShapes } = describeArchitecture(config.architectures[0], config, {
    path: "config.json",
    labelCount: Object.keys(config["id2label"] as object).length,
  });
  const tensors = [...weightShapes].map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, dtype: "F32" as const, shape, data: new Float32Array(length).map(() => 2 * random() - 1) };
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}
