/**
 * Writes a checkpoint's weights in half precision: what `models/nano` ships.
 *
 * Usage: npx tsx scripts/make-embedded-model.ts SOURCE_FOLDER TARGET_FOLDER
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { float32ToFloat16, openCheckpoint, readTensor, writeSafetensors } from "../src/safetensors/index.js";

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) {
  throw new Error("Usage: npx tsx scripts/make-embedded-model.ts SOURCE_FOLDER TARGET_FOLDER");
}

const { tensors } = await openCheckpoint(source);
const halves = await Promise.all(
  [...tensors.values()].map(async (tensor) => ({
    name: tensor.name,
    dtype: "F16" as const,
    shape: tensor.shape,
    data: float32ToFloat16(await readTensor(tensor)),
  })),
);
await writeSafetensors(join(target, "model.safetensors"), halves, { format: "pt" });
for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
  await copyFile(join(source, file), join(target, file));
}
