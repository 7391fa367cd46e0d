import { basename, dirname, join } from "node:path";

import { ModelNotFoundError } from "../errors/index.js";
import type { Checkpoint, CheckpointFile, TensorEntry } from "./checkpoint.js";
import { downloadAgain, invalidFile, saveAgain } from "./invalid-file.js";
import { loadHeader } from "./load-header.js";
import { listNames, quote } from "./message-text.js";
import { isFile, readBytes, withFile } from "./model-file.js";
import { parseShardIndex } from "./parse-shard-index.js";

/** As for a header: far beyond any model's, and small enough to parse. */
const maxIndexBytes = 100_000_000;

/**
 * Opens a checkpoint that was saved in several files.
 *
 * @param path - The index that says which tensor is in which file. The files lie beside it.
 * @throws {ModelNotFoundError} If a shard is missing.
 * @throws {InvalidModelFileError} If a file is damaged, or a tensor is not in the shard that the index names for it.
 */
export async function openShards(path: string): Promise<Checkpoint> {
  const shardOf = await loadShardIndex(path);
  const paths = [...new Set(shardOf.values())].map((shard) => join(dirname(path), shard));
  await requireFiles(paths, path);
  const files: CheckpointFile[] = [];
  const tensors = new Map<string, TensorEntry>();
  for (const shardPath of paths) {
    const shard = await loadHeader(shardPath);
    files.push(shard.file);
    for (const tensor of shard.tensors) {
      requireMapped(tensor, shardOf.get(tensor.name));
      tensors.set(tensor.name, tensor);
    }
  }
  for (const [tensor, shard] of shardOf) {
    if (tensors.has(tensor)) continue;
    const fault = { path, tensor, subject: "the shard", remedy: saveAgain };
    throw invalidFile({ ...fault, expected: "a file that holds it", actual: `${quote(shard)}, which does not` });
  }
  return { path, files, tensors };
}

async function loadShardIndex(path: string): Promise<ReadonlyMap<string, string>> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    if (size > maxIndexBytes) {
      const fault = { path, subject: "the index", remedy: downloadAgain };
      throw invalidFile({ ...fault, expected: `at most ${maxIndexBytes} bytes`, actual: `${size} bytes` });
    }
    return parseShardIndex(await readBytes(file, { path, position: 0, length: size }), path);
  });
}

async function requireFiles(paths: readonly string[], indexPath: string): Promise<void> {
  const missing: string[] = [];
  for (const path of paths) {
    if (!(await isFile(path))) missing.push(basename(path));
  }
  if (missing.length === 0) return;
  throw new ModelNotFoundError(
    `${indexPath}: its ${paths.length} files must lie beside it, missing are ${listNames(missing)}. Download them.`,
    { model: dirname(indexPath), missing },
  );
}

/** Refuses a tensor that the index has in another shard, or not at all. */
function requireMapped({ name, path, byteOffset }: TensorEntry, shard: string | undefined): void {
  if (basename(path) === shard) return;
  const expected =
    shard === undefined ? "none, as the index does not name the tensor" : `${quote(shard)}, as the index says`;
  const actual = quote(basename(path));
  throw invalidFile({ path, byteOffset, tensor: name, subject: "the shard", expected, actual, remedy: saveAgain });
}
