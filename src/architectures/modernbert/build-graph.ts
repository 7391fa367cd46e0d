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
  attendInBlocks,
  poolDocuments,
  settle,
  type GraphBuilder,
  type LocateWeight,
  type QuantizedTensor,
  type ScaledStates,
  type TokenStream,
  type Value,
} from "../../onnx/index.js";
import { addHead, type HeadLayers } from "../../head/index.js";
import { int8TensorsOf, StreamBlocks, type GraphPrecision } from "../shared/index.js";
import { modernBertHead } from "./modernbert-head.js";
import type { LayerKind, ModernBertConfig } from "./modernbert-config.js";
import { rotaryTables } from "./rotary-tables.js";
import { modernBertWeightShapes } from "./weight-shapes.js";

/**
 * Builds the graph; its weights stay in the files that `locate` names.
 *
 * Inputs are the token stream's (`streamInputs`), the output is `logits`, float32 [documents, labels].
 */
export function buildModernBertGraph(
  config: ModernBertConfig,
  locate: LocateWeight,
  precision: GraphPrecision = { dtype: "fp32" },
): GraphBuilder {
  return new ModernBertGraph(config, locate, precision).build();
}

/** What an int8 graph reads in place of float tensors of the checkpoint. */
export function modernBertInt8Tensors(config: ModernBertConfig): QuantizedTensor[] {
  return int8TensorsOf((locate, precision) => {
    // Only names and shapes are wanted, so one row of the position tables will do.
    const graph = new ModernBertGraph({ ...config, maxPositions: 1 }, locate, precision);
    graph.build();
    return graph.blocks;
  });
}

class ModernBertGraph {
  readonly blocks: StreamBlocks;
  readonly #config: ModernBertConfig;
  readonly #graph: GraphBuilder;
  readonly #stream: TokenStream;
  readonly #rotary = new Map<LayerKind, RotaryAngles>();
  /** The last that were scaled: q and k have one scale. */
  #scaled: { tokenScale: Value; angles: RotaryAngles } | undefined;

  constructor(config: ModernBertConfig, locate: LocateWeight, precision: GraphPrecision) {
    this.#config = config;
    this.blocks = new StreamBlocks("modernbert", {
      shapes: modernBertWeightShapes(config),
      locate,
      precision,
      normEpsilon: config.normEpsilon,
      stream: { hasWindows: config.layerKinds.includes("local") },
    });
    this.#graph = this.blocks.graph;
    this.#stream = this.blocks.stream;
  }

  build(): GraphBuilder {
    const { layerKinds, labelCount } = this.#config;
    let states = this.#embeddings();
    for (const [index, kind] of layerKinds.entries()) {
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index, kind));
    }
    states = this.blocks.norm(states, `${this.#config.tensorPrefix}final_norm`);
    const logits = this.#graph.scope("head", () => this.#classify(states));
    return this.blocks.outputLogits(logits, labelCount);
  }

  #embeddings(): Value {
    const { tensorPrefix } = this.#config;
    const words = this.blocks.words(`${tensorPrefix}embeddings.tok_embeddings.weight`);
    return this.blocks.norm(words, `${tensorPrefix}embeddings.norm`);
  }

  #layer(states: Value, index: number, kind: LayerKind): Value {
    const name = `${this.#config.tensorPrefix}layers.${index}`;
    const isFirst = index === 0;
    const attentionInput = isFirst ? states : this.blocks.norm(states, `${name}.attn_norm`);
    const attention = this.#attention(attentionInput, `${name}.attn`, { kind, isFirst });
    const attended = this.#graph.op("Add", [states, attention]);
    const mlpInput = this.blocks.norm(attended, `${name}.mlp_norm`);
    return this.#graph.op("Add", [attended, this.#mlp(mlpInput, `${name}.mlp`)]);
  }

  #attention(states: Value, name: string, { kind, isFirst }: { kind: LayerKind; isFirst: boolean }): Value {
    const { hiddenSize, headCount } = this.#config;
    // The first layer compares the words themselves. In int8 it alone cost half of the agreement with fp32 that was lost.
    const layers = isFirst ? this.blocks.float32Layers : this.blocks.layers;
    const input = layers.prepare({ values: states });
    // Rows of Wqkv are q, then k, then v; taken as three matrices, their products need no splitting.
    const part = (index: number) =>
      layers.apply(
        input,
        this.blocks.linearWeight(`${name}.Wqkv`, { start: index * hiddenSize, end: (index + 1) * hiddenSize }),
      );
    const [query, key, value] = [part(0), part(1), part(2)];
    const blocks = kind === "global" ? this.#stream.documents : present(this.#stream.windows, "windows");
    const rotated = {
      query: this.#rotate(query, kind),
      key: this.#rotate(key, kind),
      value: settle(this.#graph, value),
    };
    const attended = attendInBlocks(this.#graph, rotated, blocks, { headCount, hiddenSize });
    return settle(this.#graph, this.blocks.linear(this.blocks.layers.prepare({ values: attended }), `${name}.Wo`));
  }

  /** GeGLU: rows of Wi are the activated half, then the gate. */
  #mlp(states: Value, name: string): Value {
    const { intermediateSize } = this.#config;
    const input = this.blocks.layers.prepare({ values: states });
    const inner = this.blocks.linear(input, `${name}.Wi`, { start: 0, end: intermediateSize });
    const gate = this.blocks.linear(input, `${name}.Wi`, { start: intermediateSize, end: 2 * intermediateSize });
    const activated = this.#graph.op("Gelu", [settle(this.#graph, inner)]);
    // The gate's scale is a factor of the product's rows: it need not be applied before these are quantized again.
    const product = { ...gate, values: this.#graph.op("Mul", [activated, gate.values]) };
    return settle(this.#graph, this.blocks.linear(this.blocks.layers.prepare(product), `${name}.Wo`));
  }

  #classify(states: Value): Value {
    const head = modernBertHead(this.#config);
    const { hiddenSize } = this.#config;
    const pooled = poolDocuments(this.#graph, states, this.#stream, { hiddenSize, pooling: head.pooling });
    const layers: HeadLayers = {
      graph: this.#graph,
      linear: (input, name) => this.blocks.float32Linear(input, name),
      norm: (input, name, epsilon) => this.blocks.norm(input, name, epsilon),
      gelu: (input) => this.#graph.op("Gelu", [input]),
    };
    return addHead(layers, head, pooled);
  }

  #rotate(states: ScaledStates, kind: LayerKind): Value {
    const { hiddenSize, headCount } = this.#config;
    const { cos, sin } = this.#scaledAngles(states.tokenScale, kind);
    // A sequence of one for each token: the operator takes no sequence longer than its tables, and a stream can be.
    const stream = this.#graph.reshape(states.values, [-1, 1, hiddenSize]);
    const rotated = this.#graph.op("RotaryEmbedding", [stream, cos, sin], { num_heads: BigInt(headCount) });
    return this.#graph.reshape(rotated, [-1, hiddenSize]);
  }

  /** A rotation is linear: a token's scale goes into its cosines and sines, which are far fewer than its states. */
  #scaledAngles(tokenScale: Value | undefined, kind: LayerKind): RotaryAngles {
    const angles = this.#rotaryAngles(kind);
    if (tokenScale === undefined) return angles;
    if (this.#scaled?.tokenScale === tokenScale) return this.#scaled.angles;
    const scale = this.#graph.reshape(tokenScale, [-1, 1, 1]);
    const scaled = {
      cos: this.#graph.op("Mul", [angles.cos, scale]),
      sin: this.#graph.op("Mul", [angles.sin, scale]),
    };
    this.#scaled = { tokenScale, angles: scaled };
    return scaled;
  }

  /** Each token's cosines and sines, [tokens, 1, headSize / 2]; all layers of a kind share them. */
  #rotaryAngles(kind: LayerKind): RotaryAngles {
    const known = this.#rotary.get(kind);
    if (known) return known;
    const { hiddenSize, headCount, maxPositions, ropeTheta } = this.#config;
    const halfHead = hiddenSize / headCount / 2;
    const tables = rotaryTables(maxPositions, 2 * halfHead, ropeTheta[kind]);
    const perToken = (name: "cos" | "sin") => {
      const table = this.#graph.constant(`rotary_${name}_${kind}`, tables[name], [maxPositions, halfHead]);
      const rows = this.#graph.op("Gather", [table, this.#stream.positionIds]);
      return this.#graph.reshape(rows, [-1, 1, halfHead]);
    };
    const angles = { cos: perToken("cos"), sin: perToken("sin") };
    this.#rotary.set(kind, angles);
    return angles;
  }
}

/** Cosines and sines of rotary positions. */
interface RotaryAngles {
  cos: Value;
  sin: Value;
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`The graph needs ${what}. This is a bug.`);
  return value;
}
