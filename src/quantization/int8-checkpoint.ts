/**
 * int8 checkpoints: a safetensors file that holds what an int8 graph reads.
 *
 * Linear weights are int8 with their scales beside them, tables float16 (`QuantizedTensor` says how they are laid out);
 * all other tensors are float32 under their own names.
 */
import { InvalidModelFileError } from "../errors/index.js";
import type { QuantizedLinear, QuantizedTensor } from "../onnx/index.js";
import {
  float32ToFloat16,
  readTensor,
  streamTensor,
  writeSafetensors,
  type Checkpoint,
  type Dtype,
  type TensorEntry,
  type TensorSource,
} from "../safetensors/index.js";
import { quantizeRows, transpose } from "./quantize-rows.js";

/** Whether a checkpoint holds int8 weights; {@link int8Contents} says what else it then must hold. */
export function isInt8Checkpoint({ tensors }: Checkpoint): boolean {
  return [...tensors.values()].some(({ dtype }) => dtype === "I8");
}

/** What an int8 checkpoint must hold. */
export interface Int8Contents {
  shapes: ReadonlyMap<string, readonly number[]>;
  /** Of the tensors that are not of floats. */
  dtypes: ReadonlyMap<string, Dtype>;
}

/** @param floatShapes - What the checkpoint it is made from holds. */
export function int8Contents(
  floatShapes: ReadonlyMap<string, readonly number[]>,
  tensors: readonly QuantizedTensor[],
): Int8Contents {
  const shapes = new Map(floatShapes);
  const dtypes = new Map<string, Dtype>();
  for (const { source } of tensors) shapes.delete(source);
  for (const tensor of tensors) {
    shapes.set(tensor.name, tensor.shape);
    dtypes.set(tensor.name, tensor.kind === "linear" ? "I8" : "F16");
    if (tensor.kind === "linear") shapes.set(tensor.scaleName, [tensor.shape[1]]);
  }
  return { shapes, dtypes };
}

/**
 * Quantizes a checkpoint; the file appears under its name once it is complete.
 *
 * @param checkpoint - Its tensors are checked already.
 * @param tensors - What to quantize; all else is copied as float32.
 * @throws {InvalidModelFileError} If a weight is not finite, or a file changed under us.
 */
export async function writeInt8Checkpoint(
  checkpoint: Checkpoint,
  tensors: readonly QuantizedTensor[],
  path: string,
): Promise<void> {
  const quantized = new Set(tensors.map(({ source }) => source));
  const sources: TensorSource[] = [];
  for (const entry of checkpoint.tensors.values()) {
    if (quantized.has(entry.name)) continue;
    sources.push({ name: entry.name, dtype: "F32", shape: entry.shape, data: () => streamTensor(entry) });
  }
  for (const tensor of tensors) sources.push(...(await quantize(tensor, checkpoint)));
  await writeSafetensors(path, sources, { format: "crossrank-int8" });
}

async function quantize(tensor: QuantizedTensor, checkpoint: Checkpoint): Promise<TensorSource[]> {
  const source = present(checkpoint.tensors.get(tensor.source));
  if (tensor.kind === "table") return [halve(tensor, source)];
  const entry = rowsOf(source, tensor.rows);
  const rowLength = entry.shape[1] ?? 0;
  const weights = await readTensor(entry);
  requireFinite(weights, entry);
  const { values, scales } = quantizeRows(weights, rowLength);
  return [
    { name: tensor.name, dtype: "I8", shape: tensor.shape, data: transpose(values, rowLength) },
    { name: tensor.scaleName, dtype: "F32", shape: [scales.length], data: scales },
  ];
}

function halve({ name, shape }: QuantizedTensor, source: TensorEntry): TensorSource {
  return {
    name,
    dtype: "F16",
    shape,
    data: async function* () {
      for await (const piece of streamTensor(source)) yield float32ToFloat16(piece);
    },
  };
}

/** The part of a matrix on disk that holds some of its rows. */
function rowsOf(entry: TensorEntry, rows: QuantizedLinear["rows"]): TensorEntry {
  if (rows === undefined) return entry;
  const [rowCount = 1, rowLength = 1] = entry.shape;
  const rowBytes = entry.byteLength / rowCount;
  const count = rows.end - rows.start;
  return {
    ...entry,
    shape: [count, rowLength],
    byteOffset: entry.byteOffset + rows.start * rowBytes,
    byteLength: count * rowBytes,
  };
}

function requireFinite(weights: Float32Array, { name, path }: TensorEntry): void {
  const index = weights.findIndex((weight) => !Number.isFinite(weight));
  if (index < 0) return;
  throw new InvalidModelFileError(
    `Tensor "${name}" of ${path} must be finite to be quantized, got ${weights[index]} at element ${index}. ` +
      `Use dtype "fp32", or a sound checkpoint.`,
    { path, tensor: name, index },
  );
}

function present(entry: TensorEntry | undefined): TensorEntry {
  if (entry === undefined) throw new TypeError("A tensor to quantize was checked and is not there. This is a bug.");
  return entry;
}
