import type { TensorEntry } from "./checkpoint.js";
import { dtypeBits } from "./dtype.js";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-precision.js";
import { openModelFile, readBytes } from "./model-file.js";
import { requireWeightDtype, type WeightDtype } from "./weight-dtype.js";

/** Bytes of the file that are in memory at a time: a multiple of every element size. */
const chunkBytes = 4 * 2 ** 20;

/** Little-endian, as every machine is that ONNX Runtime is built for. */
const decoders: Record<WeightDtype, (bytes: ArrayBuffer) => Float32Array<ArrayBuffer>> = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => float16ToFloat32(new Uint16Array(bytes)),
  BF16: (bytes) => bfloat16ToFloat32(new Uint16Array(bytes)),
};

/**
 * Reads a tensor as float32.
 *
 * @returns Its elements, the last axis running fastest.
 * @throws {UnsupportedModelError} If it is neither F32, F16 nor BF16.
 * @throws {InvalidModelFileError} If the file is gone or shorter than when it was opened.
 */
export async function readTensor(tensor: TensorEntry): Promise<Float32Array<ArrayBuffer>> {
  const elementBytes = dtypeBits[requireWeightDtype(tensor)] / 8;
  const values = new Float32Array(tensor.byteLength / elementBytes);
  let filled = 0;
  for await (const chunk of streamTensor(tensor)) {
    values.set(chunk, filled);
    filled += chunk.length;
  }
  return values;
}

/**
 * Reads a tensor as float32 in pieces of a few megabytes.
 *
 * @throws As {@link readTensor}.
 */
export async function* streamTensor(tensor: TensorEntry): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const { path, byteOffset, byteLength } = tensor;
  const decode = decoders[requireWeightDtype(tensor)];
  const file = await openModelFile(path);
  try {
    for (let done = 0; done < byteLength; done += chunkBytes) {
      const length = Math.min(chunkBytes, byteLength - done);
      const bytes = await readBytes(file, { path, position: byteOffset + done, length });
      yield decode(bytes.buffer);
    }
  } finally {
    await file.close();
  }
}
