import { join } from "node:path";

import { ModelNotFoundError } from "../errors/index.js";
import type { Checkpoint } from "./checkpoint.js";
import { loadHeader } from "./load-header.js";
import { isFile } from "./model-file.js";
import { openShards } from "./open-shards.js";

const singleName = "model.safetensors";
const indexName = "model.safetensors.index.json";
/** PyTorch's own format: pickled, so it takes Python to read. */
const pickleNames = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/**
 * Opens the weights in a model's folder: `model.safetensors`, or else the shards of `model.safetensors.index.json`.
 *
 * Only headers are read. What comes back is sound: every tensor lies within its file and none overlaps another.
 *
 * @throws {ModelNotFoundError} If the folder has neither, or lacks a shard.
 * @throws {InvalidModelFileError} If a file is damaged, or the index and the shards disagree.
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, singleName);
  if (await isFile(path)) return openSingle(path);
  const indexPath = join(folder, indexName);
  if (await isFile(indexPath)) return openShards(indexPath);
  throw await notFound(folder);
}

async function openSingle(path: string): Promise<Checkpoint> {
  const { file, tensors } = await loadHeader(path);
  return { path, files: [file], tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

async function notFound(folder: string): Promise<ModelNotFoundError> {
  let remedy = "Check the path.";
  for (const name of pickleNames) {
    if (!(await isFile(join(folder, name)))) continue;
    remedy = `Convert its ${name} to safetensors: save_pretrained(folder, safe_serialization=True) in Python.`;
  }
  const message = `${folder} must hold ${singleName} or ${indexName}, and holds neither. ${remedy}`;
  return new ModelNotFoundError(message, { model: folder, missing: [singleName, indexName] });
}
