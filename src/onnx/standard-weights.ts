/**
 * How a graph for other runtimes holds its weights and multiplies by them: in float32 as exporters write it, or in int8
 * as onnxruntime's dynamic quantization (`quantize_dynamic`) rewrites that.
 *
 * All of it is ONNX's own operators of opset 17; ONNX Runtime fuses them when it loads the file.
 *
 * Reference: onnxruntime v1.20, python/tools/quantization, operators/matmul.py and operators/gather.py, with the settings
 * of transformers.js' scripts/quantize.py for q8 (int8 weights, one scale a tensor, only weights that are constant)
 */
import type { GraphBuilder, OperatorSets, Value } from "./graph-builder.js";

/** What ONNX Runtime 1.12 (2022) and every runtime since then can load. */
export const standardOperators: OperatorSets = { irVersion: 8, versions: { "": 17 } };

/** Reads a tensor of the checkpoint as float32, the last axis running fastest, in pieces. */
export type ReadWeight = (name: string) => AsyncIterable<Float32Array>;

/** A matrix of the checkpoint: [outputs, inputs] of a linear layer, [rows, columns] of a table. */
export interface WeightMatrix {
  name: string;
  shape: readonly [number, number];
}

/** Adds weights, and what is done with them, to a graph. */
export interface StandardWeights {
  /** A norm's or a bias's numbers, [size]; float32 in every precision. */
  vector(graph: GraphBuilder, name: string, size: number): Value;
  /** Rows of a table: ids of any shape to float32 [...ids, columns]. */
  lookUp(graph: GraphBuilder, table: WeightMatrix, ids: Value): Value;
  /** A linear layer without its bias: float32 [..., inputs] to [..., outputs]. */
  multiply(graph: GraphBuilder, states: Value, matrix: WeightMatrix): Value;
}

/** Weights in float32. */
export class Float32Weights implements StandardWeights {
  readonly #read: ReadWeight;

  constructor(read: ReadWeight) {
    this.#read = read;
  }

  vector(graph: GraphBuilder, name: string, size: number): Value {
    return graph.embeddedWeight(name, "float32", [size], () => this.#read(name));
  }

  lookUp(graph: GraphBuilder, { name, shape }: WeightMatrix, ids: Value): Value {
    return graph.op("Gather", [graph.embeddedWeight(name, "float32", shape, () => this.#read(name)), ids]);
  }

  multiply(graph: GraphBuilder, states: Value, { name, shape }: WeightMatrix): Value {
    const [outputs, inputs] = shape;
    const weights = graph.embeddedWeight(name, "float32", [inputs, outputs], () =>
      transposed(this.#read(name), shape, Float32Array),
    );
    return graph.op("MatMul", [states, weights]);
  }
}

/** Weights in int8 with one scale a tensor; what they are multiplied with gets its own scale at run time. */
export class Int8Weights implements StandardWeights {
  readonly #read: ReadWeight;
  readonly #float32: Float32Weights;
  readonly #scales = new Map<string, Promise<number>>();

  constructor(read: ReadWeight) {
    this.#read = read;
    this.#float32 = new Float32Weights(read);
  }

  vector(graph: GraphBuilder, name: string, size: number): Value {
    return this.#float32.vector(graph, name, size);
  }

  lookUp(graph: GraphBuilder, { name, shape }: WeightMatrix, ids: Value): Value {
    const weights = graph.embeddedWeight(`${name}_quantized`, "int8", shape, () => this.#quantized(name));
    const rows = graph.op("Gather", [weights, ids]);
    return graph.op("DequantizeLinear", [rows, this.#scale(graph, name), zeroPoint(graph, name)]);
  }

  multiply(graph: GraphBuilder, states: Value, { name, shape }: WeightMatrix): Value {
    const [outputs, inputs] = shape;
    const weights = graph.embeddedWeight(`${name}_quantized`, "int8", [inputs, outputs], () =>
      transposed(this.#quantized(name), shape, Int8Array),
    );
    const scale = this.#scale(graph, name);
    const quantized = graph.opWithOutputs("DynamicQuantizeLinear", [states], ["elements", "scale", "zero_point"]);
    const product = graph.op("MatMulInteger", [
      quantized.elements,
      weights,
      quantized.zero_point,
      zeroPoint(graph, name),
    ]);
    // In this order ONNX Runtime sees one operator, DynamicQuantizeMatMul.
    return graph.op("Mul", [graph.castToFloat32(product), graph.op("Mul", [quantized.scale, scale])]);
  }

  #scale(graph: GraphBuilder, name: string): Value {
    return graph.embeddedWeight(`${name}_scale`, "float32", [], () => this.#scaleData(name));
  }

  async *#scaleData(name: string): AsyncGenerator<Float32Array, void, undefined> {
    yield Float32Array.of(await this.#measuredScale(name));
  }

  async *#quantized(name: string): AsyncGenerator<Int8Array, void, undefined> {
    const scale = await this.#measuredScale(name);
    for await (const piece of this.#read(name)) yield quantize(piece, scale);
  }

  /** Both the scale and the elements need it; the weights are read for it once. */
  #measuredScale(name: string): Promise<number> {
    const known = this.#scales.get(name);
    if (known !== undefined) return known;
    const scale = measureScale(this.#read(name));
    this.#scales.set(name, scale);
    return scale;
  }
}

/** Largest magnitude of the quantized weights; -128 is not used, so that the zero point is 0. */
const largestInt8 = 127;

async function measureScale(pieces: AsyncIterable<Float32Array>): Promise<number> {
  let largest = 0;
  for await (const piece of pieces) {
    for (const element of piece) largest = Math.max(largest, Math.abs(element));
  }
  // A matrix of zeros has any scale.
  return Math.fround(largest / largestInt8) || 1;
}

function quantize(elements: Float32Array, scale: number): Int8Array {
  const quantized = new Int8Array(elements.length);
  for (let index = 0; index < quantized.length; index++) {
    const rounded = roundHalfToEven(Math.fround((elements[index] as number) / scale));
    quantized[index] = Math.max(-largestInt8, Math.min(largestInt8, rounded));
  }
  return quantized;
}

/** Float64 has no digits after the point from 2^52 on, so that the addition rounds, ties to even. */
function roundHalfToEven(value: number): number {
  const withoutFraction = 1.5 * 2 ** 52;
  return value + withoutFraction - withoutFraction;
}

function zeroPoint(graph: GraphBuilder, name: string): Value {
  return graph.constant(`${name}_zero_point`, Int8Array.of(0), []);
}

type Elements = Float32Array | Int8Array;

/** Turns [outputs, inputs], as checkpoints have it, into [inputs, outputs], as `MatMul` takes it. */
async function* transposed<T extends Elements>(
  pieces: AsyncIterable<T>,
  [rows, columns]: readonly [number, number],
  ArrayType: new (length: number) => T,
): AsyncGenerator<T, void, undefined> {
  const result = new ArrayType(rows * columns);
  let [row, column] = [0, 0];
  for await (const piece of pieces) {
    for (const element of piece) {
      result[column * rows + row] = element;
      column = (column + 1) % columns;
      if (column === 0) row++;
    }
  }
  yield result;
}
