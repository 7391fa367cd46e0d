import {
  addTokenStream,
  Float32Layers,
  floatWeight,
  GraphBuilder,
  Int8Layers,
  logitsOutput,
  type LinearLayers,
  type LinearWeight,
  type LocateWeight,
  type QuantizedTensor,
  type RowRange,
  type ScaledStates,
  type TokenStream,
  type Value,
} from "../../onnx/index.js";
import type { GraphPrecision, WeightShapes } from "./architecture.js";

/** What a graph over a token stream is built with. */
export interface StreamBlocksOptions {
  /** Of the model's weights; a layer has a bias if this has one. */
  shapes: WeightShapes;
  locate: LocateWeight;
  precision: GraphPrecision;
  normEpsilon: number;
  stream: Parameters<typeof addTokenStream>[1];
}

/**
 * What all encoders over a token stream are made of: a graph, its stream, and layers by the names of their weights.
 *
 * `states` are [tokens, width], or [documents, width] in the head.
 */
export class StreamBlocks {
  readonly graph: GraphBuilder;
  readonly stream: TokenStream;
  /** Linear layers in the graph's precision. */
  readonly layers: LinearLayers;
  /** Linear layers in float32 whatever the precision: for what would cost most of the agreement with it. */
  readonly float32Layers: LinearLayers;
  readonly #shapes: WeightShapes;
  readonly #locate: LocateWeight;
  readonly #normEpsilon: number;

  constructor(name: string, { shapes, locate, precision, normEpsilon, stream }: StreamBlocksOptions) {
    this.graph = new GraphBuilder(name);
    this.stream = addTokenStream(this.graph, stream);
    this.#shapes = shapes;
    this.#locate = locate;
    this.#normEpsilon = normEpsilon;
    this.float32Layers = new Float32Layers(this.graph, locate);
    this.layers =
      precision.dtype === "fp32"
        ? this.float32Layers
        : new Int8Layers(this.graph, locate, { tokens: this.stream.inputIds, ...precision });
  }

  /** What the layers so far read in place of float tensors. */
  get int8Tensors(): QuantizedTensor[] {
    return this.layers instanceof Int8Layers ? this.layers.tensors : [];
  }

  /** Rows of the table of words, [tokens, width]. */
  words(name: string): Value {
    return this.layers.lookUp({ name, shape: this.#shape(name) }, this.stream.inputIds);
  }

  /** Rows of a small table, float32 in every precision, [tokens, width]. */
  rows(name: string, ids: Value): Value {
    return this.float32Layers.lookUp({ name, shape: this.#shape(name) }, ids);
  }

  /** The first row of a table, [1, width]. */
  firstRow(name: string): Value {
    return floatWeight(this.graph, this.#locate, { name, shape: this.#shape(name), rows: { start: 0, end: 1 } });
  }

  norm(states: Value, name: string, epsilon = this.#normEpsilon): Value {
    const inputs = [states, this.#weight(`${name}.weight`), this.#optionalWeight(`${name}.bias`)];
    return this.graph.op("LayerNormalization", inputs, { epsilon });
  }

  /** A linear layer of the encoder, or the part of it that gives some of its outputs. */
  linear(states: ScaledStates, name: string, rows?: RowRange): ScaledStates {
    return this.layers.apply(states, this.linearWeight(name, rows));
  }

  /** A linear layer in float32 whatever the precision, as in the head: its error would be the score's. */
  float32Linear(states: Value, name: string): Value {
    return this.float32Layers.apply({ values: states }, this.linearWeight(name)).values;
  }

  linearWeight(layer: string, rows?: RowRange): LinearWeight {
    const [name, biasName] = [`${layer}.weight`, `${layer}.bias`];
    const bias = this.#shapes.has(biasName) ? { name: biasName, shape: this.#shape(biasName) } : undefined;
    return { name, shape: this.#shape(name), rows, bias };
  }

  /** Declares the graph's output: [documents, labels]. */
  outputLogits(logits: Value, labelCount: number): GraphBuilder {
    this.graph.output(logitsOutput, logits, "float32", ["documents", labelCount]);
    return this.graph;
  }

  #optionalWeight(name: string): Value | undefined {
    return this.#shapes.has(name) ? this.#weight(name) : undefined;
  }

  #weight(name: string): Value {
    return floatWeight(this.graph, this.#locate, { name, shape: this.#shape(name) });
  }

  #shape(name: string): readonly number[] {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new TypeError(`The graph needs a shape for ${name}. This is a bug.`);
    return shape;
  }
}

/** What an int8 graph reads in place of float tensors of the checkpoint: it is built, and asked. */
export function int8TensorsOf(
  build: (locate: LocateWeight, precision: GraphPrecision) => Pick<StreamBlocks, "int8Tensors">,
): QuantizedTensor[] {
  const nowhere = { fileName: "", byteOffset: 0, type: "float32" } as const;
  return build(() => nowhere, { dtype: "int8", hasUnsignedWeights: false }).int8Tensors;
}
