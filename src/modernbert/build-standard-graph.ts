/**
 * ModernBERT for sequence classification, as the ONNX graph that exporters write: padded batches, and every step of
 * attention an operator of its own. For other runtimes; crossrank runs `build-graph.ts`.
 *
 * Axes: batch, sequence, head, headSize; hidden = head × headSize.
 * Read from top to bottom, it is the model: embeddings, layers (attention, then MLP, each behind its norm and around a
 * residual), final norm, pooling, head.
 *
 * Reference: transformers v5.0, src/transformers/models/modernbert/modeling_modernbert.py
 * Paper: arXiv:2412.13663, section 2.1
 */
import {
  GraphBuilder,
  logitsOutput,
  standardOperators,
  type ConstantData,
  type StandardWeights,
  type Value,
  type WeightMatrix,
} from "../onnx/index.js";
import { addHead, type HeadLayers, type Pooling } from "../head/index.js";
import { modernBertHead } from "./modernbert-head.js";
import type { LayerKind, ModernBertConfig } from "./modernbert-config.js";
import { inverseFrequencies } from "./rotary-tables.js";
import { modernBertWeightShapes, type WeightShapes } from "./weight-shapes.js";

/** The lowest float32: what exporters add to the logits of keys that a query may not see. */
const lowestFloat32 = -3.4028234663852886e38;

/**
 * Builds the graph, with its weights inside.
 *
 * Inputs are `input_ids` and `attention_mask`, int64 [batch, sequence]; the output is `logits`, float32 [batch, labels].
 * Every row of the mask needs a 1.
 */
export function buildStandardModernBertGraph(config: ModernBertConfig, weights: StandardWeights): GraphBuilder {
  return new StandardModernBertGraph(config, weights).build();
}

/** What layers of one kind share. */
interface LayerContext {
  /** Added to attention's scores: float32, broadcast to [batch, head, sequence, sequence]. */
  bias: Value;
  /** float32 [sequence, headSize]. */
  cos: Value;
  sin: Value;
}

class StandardModernBertGraph {
  readonly #graph = new GraphBuilder("modernbert", standardOperators);
  readonly #config: ModernBertConfig;
  readonly #weights: StandardWeights;
  readonly #shapes: WeightShapes;
  readonly #constants = new Map<string, Value>();

  constructor(config: ModernBertConfig, weights: StandardWeights) {
    this.#config = config;
    this.#weights = weights;
    this.#shapes = modernBertWeightShapes(config);
  }

  build(): GraphBuilder {
    const { layerKinds, labelCount } = this.#config;
    const inputIds = this.#graph.input("input_ids", "int64", ["batch", "sequence"]);
    const attentionMask = this.#graph.input("attention_mask", "int64", ["batch", "sequence"]);
    const contexts = this.#contexts(inputIds, attentionMask);
    let states = this.#graph.scope("embeddings", () => this.#embeddings(inputIds));
    for (const [index, kind] of layerKinds.entries()) {
      const context = contexts.get(kind) as LayerContext;
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index, context));
    }
    states = this.#norm(states, `${this.#config.tensorPrefix}final_norm`);
    const head = modernBertHead(this.#config);
    const pooled = this.#graph.scope("pooling", () => this.#pool(states, attentionMask, head.pooling));
    const logits = this.#graph.scope("head", () => addHead(this.#headLayers(), head, pooled));
    this.#graph.output(logitsOutput, logits, "float32", ["batch", labelCount]);
    return this.#graph;
  }

  #contexts(inputIds: Value, attentionMask: Value): Map<LayerKind, LayerContext> {
    const graph = this.#graph;
    const length = graph.op("Gather", [graph.op("Shape", [inputIds]), this.#integer(1)]);
    const positions = graph.op("Range", [this.#integer(0), length, this.#integer(1)]);
    const isKey = graph.op("Unsqueeze", [graph.cast(attentionMask, "bool"), this.#integers(1, 2)]);
    const context = (kind: LayerKind) => {
      const isVisible = kind === "global" ? isKey : graph.op("And", [isKey, this.#isNear(positions)]);
      const bias = graph.op("Where", [isVisible, this.#float(0), this.#float(lowestFloat32)]);
      return { bias, ...this.#rotation(positions, kind) };
    };
    const kinds = [...new Set(this.#config.layerKinds)];
    return new Map(kinds.map((kind) => [kind, graph.scope(kind, () => context(kind))]));
  }

  /** Which positions lie within each other's window: bool [sequence, sequence]. */
  #isNear(positions: Value): Value {
    const graph = this.#graph;
    const row = graph.op("Unsqueeze", [positions, this.#integers(0)]);
    const column = graph.op("Unsqueeze", [positions, this.#integers(1)]);
    const distances = graph.op("Abs", [graph.op("Sub", [row, column])]);
    return graph.op("LessOrEqual", [distances, this.#integer(this.#config.localRadius)]);
  }

  #rotation(positions: Value, kind: LayerKind): { cos: Value; sin: Value } {
    const { ropeTheta } = this.#config;
    const graph = this.#graph;
    const frequencies = inverseFrequencies(this.#headSize, ropeTheta[kind]);
    const column = graph.op("Unsqueeze", [graph.castToFloat32(positions), this.#integers(1)]);
    const row = graph.constant("inverse_frequencies", frequencies, [1, frequencies.length]);
    const half = graph.op("Mul", [column, row]);
    const angles = graph.op("Concat", [half, half], { axis: -1n });
    return { cos: graph.op("Cos", [angles]), sin: graph.op("Sin", [angles]) };
  }

  #embeddings(inputIds: Value): Value {
    const { tensorPrefix } = this.#config;
    const table = this.#matrix(`${tensorPrefix}embeddings.tok_embeddings.weight`);
    const rows = this.#weights.lookUp(this.#graph, table, inputIds);
    return this.#norm(rows, `${tensorPrefix}embeddings.norm`);
  }

  #layer(states: Value, index: number, context: LayerContext): Value {
    const name = `${this.#config.tensorPrefix}layers.${index}`;
    const attentionInput = index === 0 ? states : this.#norm(states, `${name}.attn_norm`);
    const attended = this.#graph.op("Add", [states, this.#attention(attentionInput, `${name}.attn`, context)]);
    const mlpInput = this.#norm(attended, `${name}.mlp_norm`);
    return this.#graph.op("Add", [attended, this.#mlp(mlpInput, `${name}.mlp`)]);
  }

  #attention(states: Value, name: string, { bias, cos, sin }: LayerContext): Value {
    const { hiddenSize, headCount } = this.#config;
    const graph = this.#graph;
    // [batch, sequence, q | k | v, head, headSize] to [q | k | v, batch, head, sequence, headSize].
    const split = graph.reshape(this.#linear(states, `${name}.Wqkv`), [0, 0, 3, headCount, this.#headSize]);
    const parts = graph.op("Transpose", [split], { perm: [2n, 0n, 3n, 1n, 4n] });
    const part = (index: number) => graph.op("Gather", [parts, this.#integer(index)]);
    const query = this.#rotate(part(0), cos, sin);
    const key = this.#rotate(part(1), cos, sin);
    const scaled = graph.op("Mul", [query, this.#float(1 / Math.sqrt(this.#headSize))]);
    const products = graph.op("MatMul", [scaled, graph.op("Transpose", [key], { perm: [0n, 1n, 3n, 2n] })]);
    const shares = graph.op("Softmax", [graph.op("Add", [products, bias])], { axis: -1n });
    const attended = graph.op("Transpose", [graph.op("MatMul", [shares, part(2)])], { perm: [0n, 2n, 1n, 3n] });
    return this.#linear(graph.reshape(attended, [0, 0, hiddenSize]), `${name}.Wo`);
  }

  /** Turns each pair (i, i + headSize / 2) of a head's numbers by its position's angle. */
  #rotate(states: Value, cos: Value, sin: Value): Value {
    const [first, second] = this.#halves(states, this.#headSize / 2);
    const turned = this.#graph.op("Concat", [this.#graph.op("Neg", [second]), first], { axis: -1n });
    return this.#graph.op("Add", [this.#graph.op("Mul", [states, cos]), this.#graph.op("Mul", [turned, sin])]);
  }

  /** GeGLU: the first half of what Wi gives is activated, the second is the gate. */
  #mlp(states: Value, name: string): Value {
    const [inner, gate] = this.#halves(this.#linear(states, `${name}.Wi`), this.#config.intermediateSize);
    return this.#linear(this.#graph.op("Mul", [this.#gelu(inner), gate]), `${name}.Wo`);
  }

  /** [batch, sequence, hidden] to [batch, hidden]. */
  #pool(states: Value, attentionMask: Value, pooling: Pooling): Value {
    const graph = this.#graph;
    if (pooling === "cls") return graph.op("Gather", [states, this.#integer(0)], { axis: 1n });
    if (pooling === "max") {
      const isToken = graph.op("Unsqueeze", [graph.cast(attentionMask, "bool"), this.#integers(2)]);
      const visible = graph.op("Where", [isToken, states, this.#float(lowestFloat32)]);
      return graph.op("ReduceMax", [visible], { axes: [1n], keepdims: 0n });
    }
    const mask = graph.op("Unsqueeze", [graph.castToFloat32(attentionMask), this.#integers(2)]);
    const sumOverSequence = (value: Value) => graph.op("ReduceSum", [value, this.#integers(1)], { keepdims: 0n });
    return graph.op("Div", [sumOverSequence(graph.op("Mul", [states, mask])), sumOverSequence(mask)]);
  }

  #headLayers(): HeadLayers {
    return {
      graph: this.#graph,
      linear: (states, name) => this.#linear(states, name),
      norm: (states, name, epsilon) => this.#norm(states, name, epsilon),
      gelu: (states) => this.#gelu(states),
    };
  }

  /** x × (1 + erf(x / √2)) / 2, in the steps that ONNX Runtime fuses; `Gelu` itself came with opset 20. */
  #gelu(value: Value): Value {
    const erf = this.#graph.op("Erf", [this.#graph.op("Div", [value, this.#float(Math.SQRT2)])]);
    const product = this.#graph.op("Mul", [value, this.#graph.op("Add", [erf, this.#float(1)])]);
    return this.#graph.op("Mul", [product, this.#float(0.5)]);
  }

  #norm(states: Value, name: string, epsilon = this.#config.normEpsilon): Value {
    const inputs = [states, this.#vector(`${name}.weight`), this.#bias(name)];
    return this.#graph.op("LayerNormalization", inputs, { epsilon });
  }

  #linear(states: Value, name: string): Value {
    const product = this.#weights.multiply(this.#graph, states, this.#matrix(`${name}.weight`));
    const bias = this.#bias(name);
    return bias === undefined ? product : this.#graph.op("Add", [product, bias]);
  }

  #bias(name: string): Value | undefined {
    return this.#shapes.has(`${name}.bias`) ? this.#vector(`${name}.bias`) : undefined;
  }

  #vector(name: string): Value {
    const [size] = this.#shape(name);
    return this.#weights.vector(this.#graph, name, size);
  }

  #matrix(name: string): WeightMatrix {
    return { name, shape: this.#shape(name) };
  }

  #shape(name: string): [number, number] {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new TypeError(`The graph needs a shape for ${name}. This is a bug.`);
    return shape as [number, number];
  }

  get #headSize(): number {
    return this.#config.hiddenSize / this.#config.headCount;
  }

  /** The last axis, of 2 × `size`, in two. */
  #halves(value: Value, size: number): [Value, Value] {
    const slice = (start: number, end: number) =>
      this.#graph.op("Slice", [value, this.#integers(start), this.#integers(end), this.#integers(-1)]);
    return [slice(0, size), slice(size, 2 * size)];
  }

  #integer(value: number): Value {
    return this.#constant(`integer_${value}`, BigInt64Array.of(BigInt(value)), []);
  }

  #integers(...values: number[]): Value {
    return this.#constant(`integers_${values.join("_")}`, BigInt64Array.from(values, BigInt), [values.length]);
  }

  #float(value: number): Value {
    return this.#constant(`float_${value}`, Float32Array.of(value), []);
  }

  /** Equal constants are one, named where it is first used. */
  #constant(name: string, data: ConstantData, shape: readonly number[]): Value {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const constant = this.#graph.constant(name, data, shape);
    this.#constants.set(name, constant);
    return constant;
  }
}
