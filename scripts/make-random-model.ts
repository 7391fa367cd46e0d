/**
 * Writes a model folder of a real architecture's shape with random weights: for benchmarks, which need no sense in them.
 *
 * Usage: npx tsx scripts/make-random-model.ts modernbert-base|ms-marco-minilm-l6|bge-reranker-base|ettin-68m
 *   TARGET_FOLDER
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModelSettings } from "../src/hub/index.js";
import { describeArchitecture } from "../src/inference/index.js";
import { writeSafetensors } from "../src/safetensors/index.js";
import { seededRandom } from "../test/helpers/seeded-random.js";
import { ettinModules, type SavedChain } from "./ettin-modules.js";

const oneLabel = {
  id2label: { "0": "LABEL_0" },
  sentence_transformers: { activation_fn: "torch.nn.modules.activation.Sigmoid" },
};

/** `[CLS]` and `[SEP]` of the tokenizer that all have. */
const specialTokens = { cls: ["[CLS]", 2], sep: ["[SEP]", 3] };

/**
 * Configs by name; what is left out is the architecture's default, which for ModernBERT is the base model. Beside them
 * what the tokenizer's files say otherwise than the embedded model's.
 */
const models = {
  "modernbert-base": {
    config: {
      architectures: ["ModernBertForSequenceClassification"],
      model_type: "modernbert",
      classifier_pooling: "mean",
      max_position_embeddings: 8192,
      ...oneLabel,
    },
    tokenizer: {},
    tokenizerConfig: {},
  },
  "ms-marco-minilm-l6": {
    config: {
      architectures: ["BertForSequenceClassification"],
      model_type: "bert",
      hidden_size: 384,
      num_hidden_layers: 6,
      num_attention_heads: 12,
      intermediate_size: 1536,
      vocab_size: 30522,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      ...oneLabel,
    },
    tokenizer: { post_processor: { type: "BertProcessing", ...specialTokens } },
    tokenizerConfig: { model_max_length: 512, model_input_names: undefined },
  },
  "bge-reranker-base": {
    config: {
      architectures: ["XLMRobertaForSequenceClassification"],
      model_type: "xlm-roberta",
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      intermediate_size: 3072,
      vocab_size: 250002,
      max_position_embeddings: 514,
      type_vocab_size: 1,
      pad_token_id: 1,
      layer_norm_eps: 1e-5,
      ...oneLabel,
    },
    tokenizer: { post_processor: { type: "RobertaProcessing", ...specialTokens } },
    tokenizerConfig: { model_max_length: 512 },
  },
  "ettin-68m": {
    config: {
      architectures: ["ModernBertModel"],
      model_type: "modernbert",
      hidden_size: 512,
      num_hidden_layers: 19,
      num_attention_heads: 8,
      intermediate_size: 768,
      max_position_embeddings: 8192,
    },
    chain: ettinModules(512),
    tokenizer: {},
    tokenizerConfig: {},
  },
} satisfies Record<string, RandomModel>;

interface RandomModel {
  config: { architectures: string[]; [field: string]: unknown };
  /** The head, if it is saved as modules. */
  chain?: SavedChain;
  tokenizer: object;
  tokenizerConfig: object;
}

export type RandomModelName = keyof typeof models;

export const randomModelNames = Object.keys(models) as RandomModelName[];

export function isRandomModelName(name: string): name is RandomModelName {
  return Object.hasOwn(models, name);
}

/** Any tokenizer whose ids fit the vocabulary does; the embedded model's is at hand. */
const tokenizerFolder = fileURLToPath(new URL("../models/nano/", import.meta.url));

/** Numbers drawn once and repeated: drawing 150 million takes longer than writing them. */
const noiseLength = 1 << 20;

/** Writes `config.json`, the tokenizer and `model.safetensors` (fp32) to `folder`. */
export async function makeRandomModel(name: RandomModelName, folder: string): Promise<void> {
  const { config, chain, tokenizer, tokenizerConfig }: RandomModel = models[name];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config, null, 2));
  await writeChanged("tokenizer.json", tokenizer, folder);
  await writeChanged("tokenizer_config.json", tokenizerConfig, folder);
  if (chain !== undefined) await writeChain(chain, folder);
  const { chain: savedHead } = await loadModelSettings(folder);
  const source = { path: "config.json", labelCount: 1, head: savedHead?.head };
  const { weightShapes } = describeArchitecture(config.architectures[0] ?? "", config, source);
  const isInChain = (tensor: string) => savedHead?.weightFolders.some((path) => tensor.startsWith(`${path}.`)) ?? false;
  await writeWeights(new Map([...weightShapes].filter(([tensor]) => !isInChain(tensor))), folder);
}

async function writeChain({ jsonFiles, weights }: SavedChain, folder: string): Promise<void> {
  for (const [path, json] of Object.entries(jsonFiles)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(json, null, 2));
  }
  for (const module of weights) await writeWeights(module.shapes, join(folder, module.folder));
}

async function writeWeights(shapes: ReadonlyMap<string, readonly number[]>, folder: string): Promise<void> {
  const noise = makeNoise();
  const tensors = [...shapes].map(([tensor, shape]) => ({
    name: tensor,
    dtype: "F32" as const,
    shape,
    data: () => randomWeights(noise, tensor, shape),
  }));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}

/** Writes one of the tokenizer's files with other values for some of its fields. */
async function writeChanged(file: string, changes: object, folder: string): Promise<void> {
  const json = JSON.parse(await readFile(join(tokenizerFolder, file), "utf8")) as object;
  await writeFile(join(folder, file), JSON.stringify({ ...json, ...changes }));
}

/** Norms are 1, so that activations keep a natural size through all layers. */
function* randomWeights(noise: Float32Array, tensor: string, shape: readonly number[]): Generator<Float32Array> {
  let left = shape.reduce((product, size) => product * size, 1);
  if (/norm\.weight$/i.test(tensor)) {
    yield new Float32Array(left).fill(1);
    return;
  }
  for (; left > 0; left -= noise.length) yield noise.subarray(0, Math.min(left, noise.length));
}

/** About normal, with the standard deviation that these models are initialized with. */
function makeNoise(): Float32Array {
  const random = seededRandom(1);
  const standardDeviation = 0.02;
  return new Float32Array(noiseLength).map(() => (random() + random() + random() - 1.5) * 2 * standardDeviation);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || !isRandomModelName(name) || folder === undefined) {
    throw new Error(`Usage: npx tsx scripts/make-random-model.ts ${randomModelNames.join("|")} TARGET_FOLDER`);
  }
  await makeRandomModel(name, folder);
}
