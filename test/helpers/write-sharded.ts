import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint, readTensor, writeSafetensors } from "../../src/safetensors/index.js";
import { writeJsonFiles } from "./write-json-files.js";

/** Splits a folder's `model.safetensors` into two shards and their index. */
export async function writeSharded(folder: string): Promise<void> {
  const tensors = [...(await openCheckpoint(folder)).tensors.values()];
  const weightMap: Record<string, string> = {};
  for (const part of [0, 1]) {
    const fileName = `model-0000${part + 1}-of-00002.safetensors`;
    const own = tensors.filter((_, index) => index % 2 === part);
    const sources = await Promise.all(
      own.map(async (tensor) => ({ ...tensor, dtype: "F32" as const, data: await readTensor(tensor) })),
    );
    await writeSafetensors(join(folder, fileName), sources);
    for (const { name } of own) weightMap[name] = fileName;
  }
  await rm(join(folder, "model.safetensors"));
  await writeJsonFiles(folder, { "model.safetensors.index.json": { metadata: {}, weight_map: weightMap } });
}
