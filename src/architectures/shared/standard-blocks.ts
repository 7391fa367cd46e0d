import {
  GraphBuilder,
  logitsOutput,
  standardOperators,
  type ConstantData,
  type StandardWeights,
  type Value,
  type WeightMatrix,
} from "../../onnx/index.js";
import type { WeightShapes } from "./architecture.js";

/** The lowest float32: what exporters add to the logits of keys that a query may not see. */
const lowestFloat32 = -3.4028234663852886e38;

/** What a graph in the standard layout is built with. */
export interface StandardBlocksOptions {
  /** Of the model's weights; a layer has a bias if this has one. */
  shapes: WeightShapes;
  weights: StandardWeights;
  normEpsilon: number;
  headCount: number;
  hiddenSize: number;
}

/**
 * What all encoders in the standard layout are made of: a graph of ONNX's own operators (opset 17) over padded batches,
 * and layers by the names of their weights.
 *
 * `states` are [batch, sequence, width], or [batch, width] in the head.
 */
export class StandardBlocks {
  readonly graph: GraphBuilder;
  readonly headSize: number;
  readonly #options: StandardBlocksOptions;
  readonly #constants = new Map<string, Value>();

  constructor(name: string, options: StandardBlocksOptions) {
    this.graph = new GraphBuilder(name, standardOperators);
    this.headSize = options.hiddenSize / options.headCount;
    this.#options = options;
  }

  /** Declares an input: int64 [batch, sequence]. */
  input(name: string): Value {
    return this.graph.input(name, "int64", ["batch", "sequence"]);
  }

  /** Declares the graph's output: [batch, labels]. */
  outputLogits(logits: Value, labelCount: number): GraphBuilder {
    this.graph.output(logitsOutput, logits, "float32", ["batch", labelCount]);
    return this.graph;
  }

  /** Each token's place in its row, int64 [sequence]. */
  positions(inputIds: Value): Value {
    const length = this.graph.op("Gather", [this.graph.op("Shape", [inputIds]), this.integer(1)]);
    return this.graph.op("Range", [this.integer(0), length, this.integer(1)]);
  }

  /** Which keys are tokens, not padding: bool [batch, 1, 1, sequence]. */
  isKey(attentionMask: Value): Value {
    return this.graph.op("Unsqueeze", [this.graph.cast(attentionMask, "bool"), this.integers(1, 2)]);
  }

  /** What is added to attention's scores, so that queries see only what they may. */
  visibilityBias(isVisible: Value): Value {
    return this.graph.op("Where", [isVisible, this.float(0), this.float(lowestFloat32)]);
  }

  /** Rows of a table: ids of any shape to float32 [...ids, columns]. */
  lookUp(name: string, ids: Value): Value {
    return this.#options.weights.lookUp(this.graph, this.#matrix(name), ids);
  }

  /**
   * Multi-head attention.
   *
   * @param states - Each [batch, head, sequence, headSize].
   * @returns [batch, sequence, hidden].
   */
  attend(states: { query: Value; key: Value; value: Value }, bias: Value): Value {
    const { graph } = this;
    const scaled = graph.op("Mul", [states.query, this.float(1 / Math.sqrt(this.headSize))]);
    const products = graph.op("MatMul", [scaled, graph.op("Transpose", [states.key], { perm: [0n, 1n, 3n, 2n] })]);
    const shares = graph.op("Softmax", [graph.op("Add", [products, bias])], { axis: -1n });
    const attended = graph.op("Transpose", [graph.op("MatMul", [shares, states.value])], { perm: [0n, 2n, 1n, 3n] });
    return graph.reshape(attended, [0, 0, this.#options.hiddenSize]);
  }

  /** The first token's states, [batch, width]. */
  firstToken(states: Value): Value {
    return this.graph.op("Gather", [states, this.integer(0)], { axis: 1n });
  }

  /** The largest of each sequence's token states: [batch, sequence, width] to [batch, width]. */
  largestOfTokens(states: Value, attentionMask: Value): Value {
    const isToken = this.graph.op("Unsqueeze", [this.graph.cast(attentionMask, "bool"), this.integers(2)]);
    const visible = this.graph.op("Where", [isToken, states, this.float(lowestFloat32)]);
    return this.graph.op("ReduceMax", [visible], { axes: [1n], keepdims: 0n });
  }

  /** x × (1 + erf(x / √2)) / 2, in the steps that ONNX Runtime fuses; `Gelu` itself came with opset 20. */
  gelu(value: Value): Value {
    const erf = this.graph.op("Erf", [this.graph.op("Div", [value, this.float(Math.SQRT2)])]);
    const product = this.graph.op("Mul", [value, this.graph.op("Add", [erf, this.float(1)])]);
    return this.graph.op("Mul", [product, this.float(0.5)]);
  }

  norm(states: Value, name: string, epsilon = this.#options.normEpsilon): Value {
    const inputs = [states, this.#vector(`${name}.weight`), this.#bias(name)];
    return this.graph.op("LayerNormalization", inputs, { epsilon });
  }

  linear(states: Value, name: string): Value {
    const product = this.#options.weights.multiply(this.graph, states, this.#matrix(`${name}.weight`));
    const bias = this.#bias(name);
    return bias === undefined ? product : this.graph.op("Add", [product, bias]);
  }

  integer(value: number): Value {
    return this.#constant(`integer_${value}`, BigInt64Array.of(BigInt(value)), []);
  }

  integers(...values: number[]): Value {
    return this.#constant(`integers_${values.join("_")}`, BigInt64Array.from(values, BigInt), [values.length]);
  }

  float(value: number): Value {
    return this.#constant(`float_${value}`, Float32Array.of(value), []);
  }

  #bias(name: string): Value | undefined {
    return this.#options.shapes.has(`${name}.bias`) ? this.#vector(`${name}.bias`) : undefined;
  }

  #vector(name: string): Value {
    const [length] = this.#shape(name);
    return this.#options.weights.vector(this.graph, name, length);
  }

  #matrix(name: string): WeightMatrix {
    return { name, shape: this.#shape(name) };
  }

  #shape(name: string): [number, number] {
    const shape = this.#options.shapes.get(name);
    if (shape === undefined) throw new TypeError(`The graph needs a shape for ${name}. This is a bug.`);
    return shape as [number, number];
  }

  /** Equal constants are one, named where it is first used. */
  #constant(name: string, data: ConstantData, shape: readonly number[]): Value {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const constant = this.graph.constant(name, data, shape);
    this.#constants.set(name, constant);
    return constant;
  }
}
