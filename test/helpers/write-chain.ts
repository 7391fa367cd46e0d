import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "../../src/safetensors/index.js";
import { writeJsonFiles } from "./write-json-files.js";

/** A module after the pooling: its class, its config, and its tensors by name. */
export interface ChainModule {
  className: "Dense" | "LayerNorm";
  config: object;
  tensors: Readonly<Record<string, { shape: number[]; data: Float32Array }>>;
}

const encoder = "test/fixtures/tiny-modular";

const types = {
  Transformer: "sentence_transformers.base.modules.transformer.Transformer",
  Pooling: "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
  Dense: "sentence_transformers.base.modules.dense.Dense",
  LayerNorm: "sentence_transformers.sentence_transformer.modules.layer_norm.LayerNorm",
};

/** Writes a model of tiny-modular's encoder and other modules, as sentence-transformers saves it. */
export async function writeChain(folder: string, pooling: object, modules: readonly ChainModule[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const copied = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  for (const name of [...copied, "config_sentence_transformers.json", "sentence_bert_config.json"]) {
    await copyFile(join(encoder, name), join(folder, name));
  }
  const entries = [{ path: "", type: types.Transformer }];
  entries.push({ path: "1_Pooling", type: types.Pooling });
  await writeJsonFiles(join(folder, "1_Pooling"), { "config.json": { embedding_dimension: 32, ...pooling } });
  for (const [index, { className, config, tensors }] of modules.entries()) {
    const path = `${index + 2}_${className}`;
    entries.push({ path, type: types[className] });
    await writeJsonFiles(join(folder, path), { "config.json": config });
    const sources = Object.entries(tensors).map(([name, tensor]) => ({ name, dtype: "F32" as const, ...tensor }));
    await writeSafetensors(join(folder, path, "model.safetensors"), sources);
  }
  await writeJsonFiles(folder, { "modules.json": entries });
}
