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
import type { GraphBuilder, StandardWeights, Value } from "../../onnx/index.js";
import { addHead, type HeadLayers, type Pooling } from "../../head/index.js";
import { StandardBlocks } from "../shared/index.js";
import { modernBertHead } from "./modernbert-head.js";
import type { LayerKind, ModernBertConfig } from "./modernbert-config.js";
import { inverseFrequencies } from "./rotary-tables.js";
import { modernBertWeightShapes } from "./weight-shapes.js";

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
  readonly #config: ModernBertConfig;
  readonly #blocks: StandardBlocks;
  readonly #graph: GraphBuilder;

  constructor(config: ModernBertConfig, weights: StandardWeights) {
    this.#config = config;
    this.#blocks = new StandardBlocks("modernbert", { ...config, shapes: modernBertWeightShapes(config), weights });
    this.#graph = this.#blocks.graph;
  }

  build(): GraphBuilder {
    const { layerKinds, labelCount } = this.#config;
    const inputIds = this.#blocks.input("input_ids");
    const attentionMask = this.#blocks.input("attention_mask");
    const contexts = this.#contexts(inputIds, attentionMask);
    let states = this.#graph.scope("embeddings", () => this.#embeddings(inputIds));
    for (const [index, kind] of layerKinds.entries()) {
      const context = contexts.get(kind) as LayerContext;
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index, context));
    }
    states = this.#blocks.norm(states, `${this.#config.tensorPrefix}final_norm`);
    const head = modernBertHead(this.#config);
    const pooled = this.#graph.scope("pooling", () => this.#pool(states, attentionMask, head.pooling));
    const logits = this.#graph.scope("head", () => addHead(this.#headLayers(), head, pooled));
    return this.#blocks.outputLogits(logits, labelCount);
  }

  #contexts(inputIds: Value, attentionMask: Value): Map<LayerKind, LayerContext> {
    const graph = this.#graph;
    const positions = this.#blocks.positions(inputIds);
    const isKey = this.#blocks.isKey(attentionMask);
    const context = (kind: LayerKind) => {
      const isVisible = kind === "global" ? isKey : graph.op("And", [isKey, this.#isNear(positions)]);
      return { bias: this.#blocks.visibilityBias(isVisible), ...this.#rotation(positions, kind) };
    };
    const kinds = [...new Set(this.#config.layerKinds)];
    return new Map(kinds.map((kind) => [kind, graph.scope(kind, () => context(kind))]));
  }

  /** Which positions lie within each other's window: bool [sequence, sequence]. */
  #isNear(positions: Value): Value {
    const graph = this.#graph;
    const row = graph.op("Unsqueeze", [positions, this.#blocks.integers(0)]);
    const column = graph.op("Unsqueeze", [positions, this.#blocks.integers(1)]);
    const distances = graph.op("Abs", [graph.op("Sub", [row, column])]);
    return graph.op("LessOrEqual", [distances, this.#blocks.integer(this.#config.localRadius)]);
  }

  #rotation(positions: Value, kind: LayerKind): { cos: Value; sin: Value } {
    const { ropeTheta } = this.#config;
    const graph = this.#graph;
    const frequencies = inverseFrequencies(this.#blocks.headSize, ropeTheta[kind]);
    const column = graph.op("Unsqueeze", [graph.castToFloat32(positions), this.#blocks.integers(1)]);
    const row = graph.constant("inverse_frequencies", frequencies, [1, frequencies.length]);
    const half = graph.op("Mul", [column, row]);
    const angles = graph.op("Concat", [half, half], { axis: -1n });
    return { cos: graph.op("Cos", [angles]), sin: graph.op("Sin", [angles]) };
  }

  #embeddings(inputIds: Value): Value {
    const { tensorPrefix } = this.#config;
    const rows = this.#blocks.lookUp(`${tensorPrefix}embeddings.tok_embeddings.weight`, inputIds);
    return this.#blocks.norm(rows, `${tensorPrefix}embeddings.norm`);
  }

  #layer(states: Value, index: number, context: LayerContext): Value {
    const name = `${this.#config.tensorPrefix}layers.${index}`;
    const attentionInput = index === 0 ? states : this.#blocks.norm(states, `${name}.attn_norm`);
    const attended = this.#graph.op("Add", [states, this.#attention(attentionInput, `${name}.attn`, context)]);
    const mlpInput = this.#blocks.norm(attended, `${name}.mlp_norm`);
    return this.#graph.op("Add", [attended, this.#mlp(mlpInput, `${name}.mlp`)]);
  }

  #attention(states: Value, name: string, { bias, cos, sin }: LayerContext): Value {
    const { headCount } = this.#config;
    const graph = this.#graph;
    // [batch, sequence, q | k | v, head, headSize] to [q | k | v, batch, head, sequence, headSize].
    const split = graph.reshape(this.#blocks.linear(states, `${name}.Wqkv`), [
      0,
      0,
      3,
      headCount,
      this.#blocks.headSize,
    ]);
    const parts = graph.op("Transpose", [split], { perm: [2n, 0n, 3n, 1n, 4n] });
    const part = (index: number) => graph.op("Gather", [parts, this.#blocks.integer(index)]);
    const rotated = { query: this.#rotate(part(0), cos, sin), key: this.#rotate(part(1), cos, sin), value: part(2) };
    return this.#blocks.linear(this.#blocks.attend(rotated, bias), `${name}.Wo`);
  }

  /** Turns each pair (i, i + headSize / 2) of a head's numbers by its position's angle. */
  #rotate(states: Value, cos: Value, sin: Value): Value {
    const [first, second] = this.#halves(states, this.#blocks.headSize / 2);
    const turned = this.#graph.op("Concat", [this.#graph.op("Neg", [second]), first], { axis: -1n });
    return this.#graph.op("Add", [this.#graph.op("Mul", [states, cos]), this.#graph.op("Mul", [turned, sin])]);
  }

  /** GeGLU: the first half of what Wi gives is activated, the second is the gate. */
  #mlp(states: Value, name: string): Value {
    const [inner, gate] = this.#halves(this.#blocks.linear(states, `${name}.Wi`), this.#config.intermediateSize);
    return this.#blocks.linear(this.#graph.op("Mul", [this.#blocks.gelu(inner), gate]), `${name}.Wo`);
  }

  /** [batch, sequence, hidden] to [batch, hidden]. */
  #pool(states: Value, attentionMask: Value, pooling: Pooling): Value {
    const graph = this.#graph;
    if (pooling === "cls") return this.#blocks.firstToken(states);
    if (pooling === "max") return this.#blocks.largestOfTokens(states, attentionMask);
    const mask = graph.op("Unsqueeze", [graph.castToFloat32(attentionMask), this.#blocks.integers(2)]);
    const sumOverSequence = (value: Value) =>
      graph.op("ReduceSum", [value, this.#blocks.integers(1)], { keepdims: 0n });
    return graph.op("Div", [sumOverSequence(graph.op("Mul", [states, mask])), sumOverSequence(mask)]);
  }

  #headLayers(): HeadLayers {
    const blocks = this.#blocks;
    return {
      graph: this.#graph,
      linear: (states, name) => blocks.linear(states, name),
      norm: (states, name, epsilon) => blocks.norm(states, name, epsilon),
      gelu: (states) => blocks.gelu(states),
    };
  }

  /** The last axis, of 2 × `size`, in two. */
  #halves(value: Value, size: number): [Value, Value] {
    const slice = (start: number, end: number) =>
      this.#graph.op("Slice", [
        value,
        this.#blocks.integers(start),
        this.#blocks.integers(end),
        this.#blocks.integers(-1),
      ]);
    return [slice(0, size), slice(size, 2 * size)];
  }
}
