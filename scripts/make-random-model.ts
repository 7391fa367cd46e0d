/**
 * Writes a model folder of a real architecture's shape with random weights: for benchmarks, which need no sense in them.
 *
 * Usage: npx tsx scripts/make-random-model.ts modernbert-base TARGET_FOLDER
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeModernBert } from "../src/architectures/modernbert/index.js";
import { writeSafetensors } from "../src/safetensors/index.js";
import { seededRandom } from "../test/helpers/seeded-random.js";

/** Configs by name; what is left out is the architecture's default, which for ModernBERT is the base model. */
const configs = {
  "modernbert-base": {
    architectures: ["ModernBertForSequenceClassification"],
    model_type: "modernbert",
    classifier_pooling: "mean",
    max_position_embeddings: 8192,
    id2label: { "0": "LABEL_0" },
    sentence_transformers: { activation_fn: "torch.nn.modules.activation.Sigmoid" },
  },
};

export type RandomModelName = keyof typeof configs;

/** Any tokenizer whose ids fit the vocabulary does; the embedded model's is at hand. */
const tokenizerFolder = fileURLToPath(new URL("../models/nano/", import.meta.url));

/** Numbers drawn once and repeated: drawing 150 million takes longer than writing them. */
const noiseLength = 1 << 20;

/** Writes `config.json`, the tokenizer and `model.safetensors` (fp32) to `folder`. */
export async function makeRandomModel(name: RandomModelName, folder: string): Promise<void> {
  const config = configs[name];
  const { weightShapes } = describeModernBert(config, { path: "config.json", labelCount: 1 });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config, null, 2));
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(join(tokenizerFolder, file), join(folder, file));
  }
  const noise = makeNoise();
  const tensors = [...weightShapes].map(([tensor, shape]) => ({
    name: tensor,
    dtype: "F32" as const,
    shape,
    data: () => randomWeights(noise, tensor, shape),
  }));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}

/** Norms are 1, so that activations keep a natural size through all layers. */
function* randomWeights(noise: Float32Array, tensor: string, shape: readonly number[]): Generator<Float32Array> {
  let left = shape.reduce((product, size) => product * size, 1);
  if (tensor.includes("norm")) {
    yield new Float32Array(left).fill(1);
    return;
  }
  for (; left > 0; left -= noise.length) yield noise.subarray(0, Math.min(left, noise.length));
}

/** About normal, with the standard deviation that ModernBERT is initialized with. */
function makeNoise(): Float32Array {
  const random = seededRandom(1);
  const standardDeviation = 0.02;
  return new Float32Array(noiseLength).map(() => (random() + random() + random() - 1.5) * 2 * standardDeviation);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || !Object.hasOwn(configs, name) || folder === undefined) {
    throw new Error(`Usage: npx tsx scripts/make-random-model.ts ${Object.keys(configs).join("|")} TARGET_FOLDER`);
  }
  await makeRandomModel(name as RandomModelName, folder);
}
