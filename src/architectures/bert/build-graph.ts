/**
 * BERT and its like for sequence classification, as an ONNX graph over a token stream.
 *
 * Axes: tokens (all documents of a micro-batch, one after another), documents, hidden = head × headSize.
 * Read from top to bottom, it is the model: embeddings, layers (attention, then MLP, each with a residual around it and
 * a norm behind that), head.
 *
 * Reference: transformers v5.0, src/transformers/models/bert/modeling_bert.py (and roberta, electra, distilbert)
 * Papers: arXiv:1810.04805, arXiv:1907.11692
 */
import {
  attendInBlocks,
  poolDocuments,
  settle,
  type GraphBuilder,
  type LocateWeight,
  type QuantizedTensor,
  type Value,
} from "../../onnx/index.js";
import { int8TensorsOf, StreamBlocks, type GraphPrecision } from "../shared/index.js";
import type { Activation } from "./activation.js";
import type { BertConfig } from "./bert-config.js";
import type { BertFamily, LayerNames } from "./families.js";
import { bertWeightShapes, embeddingNames } from "./weights.js";

/**
 * Builds the graph; its weights stay in the files that `locate` names.
 *
 * Inputs are the token stream's (`streamInputs`), the output is `logits`, float32 [documents, labels].
 */
export function buildBertGraph(
  family: BertFamily,
  config: BertConfig,
  locate: LocateWeight,
  precision: GraphPrecision = { dtype: "fp32" },
): GraphBuilder {
  return new BertGraph(family, config, { locate, precision }).build();
}

/** What an int8 graph reads in place of float tensors of the checkpoint. */
export function bertInt8Tensors(family: BertFamily, config: BertConfig): QuantizedTensor[] {
  return int8TensorsOf((locate, precision) => {
    const graph = new BertGraph(family, config, { locate, precision });
    graph.build();
    return graph.blocks;
  });
}

class BertGraph {
  readonly blocks: StreamBlocks;
  readonly #family: BertFamily;
  readonly #config: BertConfig;
  readonly #graph: GraphBuilder;

  constructor(
    family: BertFamily,
    config: BertConfig,
    { locate, precision }: { locate: LocateWeight; precision: GraphPrecision },
  ) {
    this.#family = family;
    this.#config = config;
    this.blocks = new StreamBlocks(family.prefix, {
      shapes: bertWeightShapes(family, config),
      locate,
      precision,
      normEpsilon: config.normEpsilon,
      stream: { hasWindows: false, hasTokenTypes: config.tokenTypeCount > 1 },
    });
    this.#graph = this.blocks.graph;
  }

  build(): GraphBuilder {
    const { layerCount, labelCount } = this.#config;
    let states = this.#graph.scope("embeddings", () => this.#embeddings());
    for (let index = 0; index < layerCount; index++) {
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index));
    }
    const logits = this.#graph.scope("head", () => this.#classify(states));
    return this.blocks.outputLogits(logits, labelCount);
  }

  #embeddings(): Value {
    const names = embeddingNames(this.#family);
    const { hiddenSize, embeddingSize } = this.#config;
    const typed = this.#addTokenTypes(this.blocks.words(names.words), names.tokenTypes);
    const positions = this.blocks.rows(names.positions, this.blocks.stream.positionIds);
    const normed = this.blocks.norm(this.#graph.op("Add", [typed, positions]), names.norm);
    return embeddingSize === hiddenSize ? normed : this.blocks.float32Linear(normed, names.projection);
  }

  #addTokenTypes(words: Value, table: string): Value {
    if (this.#config.tokenTypeCount === 0) return words;
    const { tokenTypeIds } = this.blocks.stream;
    const types = tokenTypeIds === undefined ? this.blocks.firstRow(table) : this.blocks.rows(table, tokenTypeIds);
    return this.#graph.op("Add", [words, types]);
  }

  #layer(states: Value, index: number): Value {
    const names = this.#family.layer(index);
    const attention = this.#attention(states, names, { isFirst: index === 0 });
    const attended = this.blocks.norm(this.#graph.op("Add", [states, attention]), names.attentionNorm);
    return this.blocks.norm(this.#graph.op("Add", [attended, this.#mlp(attended, names)]), names.outputNorm);
  }

  #attention(states: Value, names: LayerNames, { isFirst }: { isFirst: boolean }): Value {
    // As in ModernBERT, where it cost half of the agreement that int8 lost. On random weights of MiniLM's shape, which
    // have no such structure, it made no difference either way.
    const layers = isFirst ? this.blocks.float32Layers : this.blocks.layers;
    const input = layers.prepare({ values: states });
    const apply = (name: string) => settle(this.#graph, layers.apply(input, this.blocks.linearWeight(name)));
    const parts = { query: apply(names.query), key: apply(names.key), value: apply(names.value) };
    const attended = attendInBlocks(this.#graph, parts, this.blocks.stream.documents, this.#config);
    return this.#linear(attended, names.attentionOutput);
  }

  #mlp(states: Value, names: LayerNames): Value {
    const inner = this.#activate(this.#linear(states, names.mlpInput), this.#config.activation);
    return this.#linear(inner, names.mlpOutput);
  }

  #classify(states: Value): Value {
    const { dense, activation, output } = this.#family.head;
    const { hiddenSize } = this.#config;
    const pooled = poolDocuments(this.#graph, states, this.blocks.stream, { hiddenSize, pooling: "cls" });
    return this.blocks.float32Linear(this.#activate(this.blocks.float32Linear(pooled, dense), activation), output);
  }

  #linear(states: Value, name: string): Value {
    return settle(this.#graph, this.blocks.linear(this.blocks.layers.prepare({ values: states }), name));
  }

  #activate(states: Value, activation: Activation): Value {
    switch (activation) {
      case "gelu":
        return this.#graph.op("Gelu", [states]);
      case "geluTanh":
        return this.#graph.op("Gelu", [states], { approximate: "tanh" });
      case "relu":
        return this.#graph.op("Relu", [states]);
      case "tanh":
        return this.#graph.op("Tanh", [states]);
    }
  }
}
