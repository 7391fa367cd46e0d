/**
 * ModernBERT for sequence classification, as an ONNX graph over a token stream.
 *
 * Axes: tokens (all documents of a micro-batch, one after another), documents, hidden = head × headSize.
 * Read from top to bottom, it is the model: embeddings, layers (attention, then MLP, each behind its norm and around a
 * residual), final norm, head.
 *
 * Reference: transformers v5.0, src/transformers/models/modernbert/modeling_modernbert.py
 * Paper: arXiv:2412.13663, section 2.1
 */
import {
  addTokenStream,
  attendInBlocks,
  GraphBuilder,
  logitsOutput,
  poolDocuments,
  type RowRange,
  type TokenStream,
  type Value,
  type WeightLocation,
} from "../onnx/index.js";
import type { LayerKind, ModernBertConfig } from "./modernbert-config.js";
import { rotaryTables } from "./rotary-tables.js";
import { modernBertWeightShapes, type WeightShapes } from "./weight-shapes.js";

/** Finds where a weight lies. */
export type LocateWeight = (name: string) => WeightLocation;

/**
 * Builds the graph; its weights stay in the files that `locate` names.
 *
 * Inputs are the token stream's (`streamInputs`), the output is `logits`, float32 [documents, labels].
 */
export function buildModernBertGraph(config: ModernBertConfig, locate: LocateWeight): GraphBuilder {
  return new ModernBertGraph(config, locate).build();
}

class ModernBertGraph {
  readonly #graph = new GraphBuilder("modernbert");
  readonly #config: ModernBertConfig;
  readonly #locate: LocateWeight;
  readonly #shapes: WeightShapes;
  readonly #stream: TokenStream;
  readonly #rotary = new Map<LayerKind, { cos: Value; sin: Value }>();

  constructor(config: ModernBertConfig, locate: LocateWeight) {
    this.#config = config;
    this.#locate = locate;
    this.#shapes = modernBertWeightShapes(config);
    this.#stream = addTokenStream(this.#graph, { hasWindows: config.layerKinds.includes("local") });
  }

  build(): GraphBuilder {
    const { layerKinds, labelCount } = this.#config;
    let states = this.#embeddings();
    for (const [index, kind] of layerKinds.entries()) {
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index, kind));
    }
    states = this.#norm(states, "model.final_norm");
    const logits = this.#graph.scope("head", () => this.#head(states));
    this.#graph.output(logitsOutput, logits, "float32", ["documents", labelCount]);
    return this.#graph;
  }

  #embeddings(): Value {
    const name = "model.embeddings.tok_embeddings.weight";
    const location = this.#locate(name);
    const table = this.#graph.weight(name, this.#shape(name), location);
    const rows = this.#graph.op("Gather", [table, this.#stream.inputIds]);
    // A table in half precision stays so: only the rows that are looked up are converted.
    const embeddings = location.type === "float32" ? rows : this.#graph.castToFloat32(rows);
    return this.#norm(embeddings, "model.embeddings.norm");
  }

  #layer(states: Value, index: number, kind: LayerKind): Value {
    const name = `model.layers.${index}`;
    const attentionInput = index === 0 ? states : this.#norm(states, `${name}.attn_norm`);
    const attended = this.#graph.op("Add", [states, this.#attention(attentionInput, `${name}.attn`, kind)]);
    const mlpInput = this.#norm(attended, `${name}.mlp_norm`);
    return this.#graph.op("Add", [attended, this.#mlp(mlpInput, `${name}.mlp`)]);
  }

  #attention(states: Value, name: string, kind: LayerKind): Value {
    const { hiddenSize, headCount } = this.#config;
    // Rows of Wqkv are q, then k, then v; taken as three matrices, their products need no splitting.
    const part = (index: number) =>
      this.#linear(states, `${name}.Wqkv`, { start: index * hiddenSize, end: (index + 1) * hiddenSize });
    const [query, key, value] = [part(0), part(1), part(2)];
    const blocks = kind === "global" ? this.#stream.documents : present(this.#stream.windows, "windows");
    const rotated = { query: this.#rotate(query, kind), key: this.#rotate(key, kind), value };
    const attended = attendInBlocks(this.#graph, rotated, blocks, { headCount, hiddenSize });
    return this.#linear(attended, `${name}.Wo`);
  }

  /** GeGLU: rows of Wi are the activated half, then the gate. */
  #mlp(states: Value, name: string): Value {
    const { intermediateSize } = this.#config;
    const inner = this.#linear(states, `${name}.Wi`, { start: 0, end: intermediateSize });
    const gate = this.#linear(states, `${name}.Wi`, { start: intermediateSize, end: 2 * intermediateSize });
    const activated = this.#graph.op("Gelu", [inner]);
    return this.#linear(this.#graph.op("Mul", [activated, gate]), `${name}.Wo`);
  }

  #head(states: Value): Value {
    const pooled = poolDocuments(this.#graph, states, this.#stream, this.#config.hiddenSize);
    const dense = this.#graph.op("Gelu", [this.#linear(pooled, "head.dense")]);
    return this.#linear(this.#norm(dense, "head.norm"), "classifier");
  }

  #rotate(states: Value, kind: LayerKind): Value {
    const { hiddenSize, headCount } = this.#config;
    const { cos, sin } = this.#rotaryTables(kind);
    // A sequence of one for each token: the operator takes no sequence longer than its tables, and a stream can be.
    const stream = this.#graph.reshape(states, [-1, 1, hiddenSize]);
    const positions = this.#graph.reshape(this.#stream.positionIds, [-1, 1]);
    const rotated = this.#graph.op("RotaryEmbedding", [stream, cos, sin, positions], { num_heads: BigInt(headCount) });
    return this.#graph.reshape(rotated, [-1, hiddenSize]);
  }

  #rotaryTables(kind: LayerKind): { cos: Value; sin: Value } {
    const known = this.#rotary.get(kind);
    if (known) return known;
    const { hiddenSize, headCount, maxPositions, ropeTheta } = this.#config;
    const headSize = hiddenSize / headCount;
    const tables = rotaryTables(maxPositions, headSize, ropeTheta[kind]);
    const values = {
      cos: this.#graph.constant(`rotary_cos_${kind}`, tables.cos, [maxPositions, headSize / 2]),
      sin: this.#graph.constant(`rotary_sin_${kind}`, tables.sin, [maxPositions, headSize / 2]),
    };
    this.#rotary.set(kind, values);
    return values;
  }

  #norm(states: Value, name: string): Value {
    const inputs = [states, this.#weight(`${name}.weight`), this.#optionalWeight(`${name}.bias`)];
    return this.#graph.op("LayerNormalization", inputs, { epsilon: this.#config.normEpsilon });
  }

  /** A linear layer, or the part of it that gives some of its outputs. */
  #linear(states: Value, name: string, rows?: RowRange): Value {
    const inputs = [states, this.#weight(`${name}.weight`, rows), this.#optionalWeight(`${name}.bias`, rows)];
    return this.#graph.op("Gemm", inputs, { transB: 1n });
  }

  #optionalWeight(name: string, rows?: RowRange): Value | undefined {
    return this.#shapes.has(name) ? this.#weight(name, rows) : undefined;
  }

  #weight(name: string, rows?: RowRange): Value {
    const location = this.#locate(name);
    const stored = this.#graph.weight(name, this.#shape(name), location, rows);
    return location.type === "float32" ? stored : this.#graph.castToFloat32(stored);
  }

  #shape(name: string): readonly number[] {
    return present(this.#shapes.get(name), `a shape for ${name}`);
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`The graph needs ${what}. This is a bug.`);
  return value;
}
