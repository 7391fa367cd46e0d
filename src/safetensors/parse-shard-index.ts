import { invalidFile, saveAgain } from "./invalid-file.js";
import { showValue } from "./message-text.js";
import { isJsonObject, parseJsonObject } from "./parse-json.js";

/** A file name, so that an index cannot point out of its folder: no separators, and no drive on Windows. */
const shardName = /^[^/\\:\0]+\.safetensors$/;

/**
 * Parses the index of a checkpoint that was saved in several files (`model.safetensors.index.json`).
 *
 * @param path - The index's, for errors.
 * @returns File name of the shard that holds each tensor.
 * @throws {InvalidModelFileError} If it is not JSON, has no `weight_map`, or names anything but files beside it.
 */
export function parseShardIndex(bytes: Uint8Array, path: string): ReadonlyMap<string, string> {
  const weightMap = parseJsonObject(bytes, { path, byteOffset: 0, subject: "the index" }).get("weight_map");
  if (!isJsonObject(weightMap)) {
    const expected = "an object from tensor names to file names";
    throw invalidFile({ path, subject: "weight_map", expected, actual: showValue(weightMap), remedy: saveAgain });
  }
  const shards = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap)) {
    if (typeof shard !== "string" || !shardName.test(shard)) {
      const expected = "a .safetensors file name without a folder";
      throw invalidFile({ path, tensor, subject: "the shard", expected, actual: showValue(shard), remedy: saveAgain });
    }
    shards.set(tensor, shard);
  }
  return shards;
}
