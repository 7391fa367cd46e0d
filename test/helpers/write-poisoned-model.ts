import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint, readTensor, writeSafetensors } from "../../src/safetensors/index.js";

/** Copies a model whose embedding of one token becomes NaN: pairs with that token have no score. */
export async function writePoisonedModel(source: string, target: string, tokenId: number): Promise<void> {
  await mkdir(target, { recursive: true });
  const { tensors } = await openCheckpoint(source);
  const poisoned = await Promise.all(
    [...tensors.values()].map(async (tensor) => {
      const data = await readTensor(tensor);
      const width = tensor.shape[1] ?? 0;
      if (tensor.name.endsWith("tok_embeddings.weight")) data.fill(NaN, tokenId * width, (tokenId + 1) * width);
      return { name: tensor.name, dtype: "F32" as const, shape: tensor.shape, data };
    }),
  );
  await writeSafetensors(join(target, "model.safetensors"), poisoned);
  const others = (await readdir(source)).filter((file) => file.endsWith(".json"));
  for (const file of others) await copyFile(join(source, file), join(target, file));
}
