import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { float32ToFloat16, openCheckpoint, readTensor, writeSafetensors } from "../../src/safetensors/index.js";

type FloatDtype = "F32" | "F16" | "BF16";

/** Copies a model's folder with its weights in another precision. */
export async function writeModelAs(source: string, target: string, dtype: FloatDtype): Promise<void> {
  await mkdir(target, { recursive: true });
  const { tensors } = await openCheckpoint(source);
  const converted = await Promise.all(
    [...tensors.values()].map(async (tensor) => ({
      name: tensor.name,
      dtype,
      shape: tensor.shape,
      data: convert(await readTensor(tensor), dtype),
    })),
  );
  await writeSafetensors(join(target, "model.safetensors"), converted);
  const others = (await readdir(source)).filter((file) => file.endsWith(".json"));
  for (const file of others) await copyFile(join(source, file), join(target, file));
}

function convert(values: Float32Array, dtype: FloatDtype): Float32Array | Uint16Array {
  if (dtype === "F32") return values;
  if (dtype === "F16") return float32ToFloat16(values);
  // Cut off, not rounded: any bfloat16 values do.
  return Uint16Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length), (bits) => bits >>> 16);
}
