/**
 * Linear layers over a token stream, in float32 or in int8.
 *
 * int8 is: weights with a scale for each output, made once; activations with a scale for each token, found at run time.
 * A scale per token rather than one per tensor keeps a token from coarsening all others, and makes a pair's score
 * independent of the pairs it shares a micro-batch with.
 *
 * Axes: tokens, inputs, outputs.
 */
import type { GraphBuilder, RowRange, Value, WeightLocation } from "./graph-builder.js";

/** Finds where a tensor lies. */
export type LocateWeight = (name: string) => WeightLocation;

/** States [tokens, width], each row still to be multiplied by its token's scale [tokens, 1] if there is one. */
export interface ScaledStates {
  values: Value;
  tokenScale?: Value;
}

/** A linear layer's weight [outputs, inputs], or the rows of it that give some of the outputs. */
export interface LinearWeight {
  /** Its name in the checkpoint. */
  name: string;
  shape: readonly number[];
  rows?: RowRange | undefined;
  /** Name and shape of the bias, if the layer has one. */
  bias?: { name: string; shape: readonly number[] } | undefined;
}

/** How a graph computes its linear layers and looks up its tables. */
export interface LinearLayers {
  /** Prepares states that linear layers read: once for all layers that read the same. */
  prepare(states: ScaledStates): ScaledStates;
  /** @param states - What {@link LinearLayers.prepare} gave. */
  apply(states: ScaledStates, weight: LinearWeight): ScaledStates;
  /** Rows of a table [rows, width] as float32, [tokens, width]. */
  lookUp(table: { name: string; shape: readonly number[] }, ids: Value): Value;
}

/** Applies what is left to apply. */
export function settle(graph: GraphBuilder, { values, tokenScale }: ScaledStates): Value {
  return tokenScale === undefined ? values : graph.op("Mul", [values, tokenScale]);
}

/** Linear layers in float32, over weights as PyTorch stores them; those in half precision are widened. */
export class Float32Layers implements LinearLayers {
  readonly #graph: GraphBuilder;
  readonly #locate: LocateWeight;

  constructor(graph: GraphBuilder, locate: LocateWeight) {
    this.#graph = graph;
    this.#locate = locate;
  }

  prepare(states: ScaledStates): ScaledStates {
    return states;
  }

  apply({ values }: ScaledStates, { name, shape, rows, bias }: LinearWeight): ScaledStates {
    const weight = floatWeight(this.#graph, this.#locate, { name, shape, rows });
    const addend = bias && floatWeight(this.#graph, this.#locate, { ...bias, rows });
    return { values: this.#graph.op("Gemm", [values, weight, addend], { transB: 1n }) };
  }

  lookUp({ name, shape }: { name: string; shape: readonly number[] }, ids: Value): Value {
    const location = this.#locate(name);
    const rows = this.#graph.op("Gather", [this.#graph.weight(name, shape, location), ids]);
    // A table in half precision stays so: only the rows that are looked up are converted.
    return location.type === "float32" ? rows : this.#graph.castToFloat32(rows);
  }
}

/** A weight as float32. */
export function floatWeight(graph: GraphBuilder, locate: LocateWeight, weight: Omit<LinearWeight, "bias">): Value {
  const location = locate(weight.name);
  const stored = graph.weight(weight.name, weight.shape, location, weight.rows);
  return location.type === "float32" ? stored : graph.castToFloat32(stored);
}

/** A tensor that int8 layers read in place of a float one of the checkpoint. */
export type QuantizedTensor = QuantizedLinear | HalvedTable;

/** int8 values [inputs, outputs], and the float32 scales [outputs] that they are times. */
export interface QuantizedLinear {
  kind: "linear";
  /** The float tensor's name in the checkpoint. */
  source: string;
  /** Rows of the source that this is of; all if absent. */
  rows?: RowRange | undefined;
  /** Of the values. */
  name: string;
  shape: readonly [inputs: number, outputs: number];
  scaleName: string;
}

/** A table in float16: it takes no part in products, and int8 rows were seen to cost more agreement than any layer. */
export interface HalvedTable {
  kind: "table";
  source: string;
  /** The source's. */
  name: string;
  shape: readonly [rows: number, width: number];
}

/** The zero of activations: they are unsigned, and their range is symmetric around it. */
const activationZero = 128;
const largestActivation = 127;

/** Stands in for the scale of a token whose states are all zero, which nothing may be divided by. */
const leastScale = 1e-30;

/**
 * Linear layers in int8.
 *
 * What is asked of `locate` is {@link Int8Layers.tensors} and their scales, not the checkpoint's tensors of that name.
 */
export class Int8Layers implements LinearLayers {
  /** What the layers read, in the order of first use. */
  readonly tensors: QuantizedTensor[] = [];
  readonly #graph: GraphBuilder;
  readonly #locate: LocateWeight;
  readonly #hasUnsignedWeights: boolean;
  readonly #zeroPoints: Value;
  readonly #constants: Record<"zeroPoint" | "unitScale" | "perStep" | "smallestScale" | "lastAxis", Value>;

  /**
   * @param tokens - Any value of shape [tokens].
   * @param options.hasUnsignedWeights - Moves weights to uint8 when the graph is loaded. Products of uint8 and int8 are
   * faster where the processor has instructions for them, and saturate where it has only AVX2's (see
   * `src/inference/product-saturation.ts`).
   */
  constructor(
    graph: GraphBuilder,
    locate: LocateWeight,
    { tokens, hasUnsignedWeights }: { tokens: Value; hasUnsignedWeights: boolean },
  ) {
    this.#graph = graph;
    this.#locate = locate;
    this.#hasUnsignedWeights = hasUnsignedWeights;
    this.#constants = {
      zeroPoint: graph.constant("activation_zero", Uint8Array.of(activationZero), []),
      unitScale: graph.constant("unit_scale", Float32Array.of(1), []),
      perStep: graph.constant("per_step", Float32Array.of(1 / largestActivation), []),
      smallestScale: graph.constant("smallest_scale", Float32Array.of(leastScale), []),
      lastAxis: graph.constant("last_axis", BigInt64Array.of(-1n), [1]),
    };
    this.#zeroPoints = graph.op("Expand", [this.#constants.zeroPoint, graph.op("Shape", [tokens])]);
  }

  /** Quantizes each token's states by the largest of them. A scale that is still to be applied moves into the result's. */
  prepare({ values, tokenScale }: ScaledStates): ScaledStates {
    const graph = this.#graph;
    const { lastAxis, perStep, smallestScale } = this.#constants;
    const highest = graph.op("ReduceMax", [values, lastAxis], { keepdims: 0n });
    const lowest = graph.op("ReduceMin", [values, lastAxis], { keepdims: 0n });
    const largest = graph.op("Max", [highest, graph.op("Neg", [lowest])]);
    const scale = graph.op("Max", [graph.op("Mul", [largest, perStep]), smallestScale]);
    const quantized = graph.op("QuantizeLinear", [values, scale, this.#zeroPoints], { axis: 0n });
    const column = graph.reshape(scale, [-1, 1]);
    return { values: quantized, tokenScale: tokenScale ? graph.op("Mul", [column, tokenScale]) : column };
  }

  apply({ values, tokenScale }: ScaledStates, { name, shape, rows, bias }: LinearWeight): ScaledStates {
    const graph = this.#graph;
    const [outputCount = 0, inputCount = 0] = shape;
    const outputs = rows ? rows.end - rows.start : outputCount;
    const tensor = this.#use({ kind: "linear", source: name, rows, shape: [inputCount, outputs] });
    const { weight, zeroPoint } = this.#signedOrNot(tensor);
    const scales = graph.weight(tensor.scaleName, [outputs], this.#locate(tensor.scaleName));
    const product = graph.op("com.microsoft::MatMulIntegerToFloat", [
      values,
      weight,
      this.#constants.unitScale,
      scales,
      this.#constants.zeroPoint,
      zeroPoint,
    ]);
    const scaled = { values: product, ...(tokenScale && { tokenScale }) };
    if (bias === undefined) return scaled;
    const addend = floatWeight(graph, this.#locate, { ...bias, rows });
    return { values: graph.op("Add", [settle(graph, scaled), addend]) };
  }

  lookUp({ name, shape }: { name: string; shape: readonly number[] }, ids: Value): Value {
    const [rowCount = 0, width = 0] = shape;
    this.tensors.push({ kind: "table", source: name, name, shape: [rowCount, width] });
    return new Float32Layers(this.#graph, this.#locate).lookUp({ name, shape }, ids);
  }

  #use(tensor: Omit<QuantizedLinear, "name" | "scaleName">): QuantizedLinear {
    const { source, rows } = tensor;
    const name = rows === undefined ? source : `${source}[${rows.start}:${rows.end}]`;
    const named = { ...tensor, name, scaleName: `${name}.scale` };
    this.tensors.push(named);
    return named;
  }

  /** Weights as they are stored, or with 128 added to them and to their zero: both are the same numbers. */
  #signedOrNot({ name, shape }: QuantizedLinear): { weight: Value; zeroPoint: Value | undefined } {
    const graph = this.#graph;
    const stored = graph.weight(name, shape, this.#locate(name));
    if (!this.#hasUnsignedWeights) return { weight: stored, zeroPoint: undefined };
    const shift = graph.constant(`${name}.shift`, Int32Array.of(activationZero), []);
    const moved = graph.op("Add", [graph.cast(stored, "int32"), shift]);
    return { weight: graph.cast(moved, "uint8"), zeroPoint: this.#constants.zeroPoint };
  }
}
