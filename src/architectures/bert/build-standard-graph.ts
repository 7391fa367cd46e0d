/**
 * BERT and its like for sequence classification, as the ONNX graph that exporters write: padded batches, and every step
 * of attention an operator of its own. For other runtimes; crossrank runs `build-graph.ts`.
 *
 * Axes: batch, sequence, head, headSize; hidden = head × headSize.
 *
 * Reference: transformers v5.0, src/transformers/models/bert/modeling_bert.py (and roberta, electra, distilbert)
 */
import type { GraphBuilder, StandardWeights, Value } from "../../onnx/index.js";
import { StandardBlocks } from "../shared/index.js";
import type { Activation } from "./activation.js";
import type { BertConfig } from "./bert-config.js";
import type { BertFamily, LayerNames } from "./families.js";
import { bertWeightShapes, embeddingNames } from "./weights.js";

/**
 * Builds the graph, with its weights inside.
 *
 * Inputs are `input_ids`, `attention_mask` and, if there are several token types, `token_type_ids`, int64
 * [batch, sequence]; the output is `logits`, float32 [batch, labels]. Every row of the mask needs a 1.
 */
export function buildStandardBertGraph(family: BertFamily, config: BertConfig, weights: StandardWeights): GraphBuilder {
  return new StandardBertGraph(family, config, weights).build();
}

class StandardBertGraph {
  readonly #family: BertFamily;
  readonly #config: BertConfig;
  readonly #blocks: StandardBlocks;
  readonly #graph: GraphBuilder;

  constructor(family: BertFamily, config: BertConfig, weights: StandardWeights) {
    this.#family = family;
    this.#config = config;
    const shapes = bertWeightShapes(family, config);
    this.#blocks = new StandardBlocks(family.prefix, { ...config, shapes, weights });
    this.#graph = this.#blocks.graph;
  }

  build(): GraphBuilder {
    const { layerCount, labelCount } = this.#config;
    const inputIds = this.#blocks.input("input_ids");
    const attentionMask = this.#blocks.input("attention_mask");
    const bias = this.#blocks.visibilityBias(this.#blocks.isKey(attentionMask));
    let states = this.#graph.scope("embeddings", () => this.#embeddings(inputIds));
    for (let index = 0; index < layerCount; index++) {
      states = this.#graph.scope(`layer_${index}`, () => this.#layer(states, index, bias));
    }
    const logits = this.#graph.scope("head", () => this.#classify(states));
    return this.#blocks.outputLogits(logits, labelCount);
  }

  #embeddings(inputIds: Value): Value {
    const names = embeddingNames(this.#family);
    const { hiddenSize, embeddingSize } = this.#config;
    const typed = this.#addTokenTypes(this.#blocks.lookUp(names.words, inputIds), names.tokenTypes);
    const positions = this.#blocks.lookUp(names.positions, this.#positions(inputIds));
    const normed = this.#blocks.norm(this.#graph.op("Add", [typed, positions]), names.norm);
    return embeddingSize === hiddenSize ? normed : this.#blocks.linear(normed, names.projection);
  }

  #addTokenTypes(words: Value, table: string): Value {
    const { tokenTypeCount } = this.#config;
    if (tokenTypeCount === 0) return words;
    const ids = tokenTypeCount > 1 ? this.#blocks.input("token_type_ids") : this.#blocks.integer(0);
    return this.#graph.op("Add", [words, this.#blocks.lookUp(table, ids)]);
  }

  /** int64 [sequence]; where positions are counted from behind padding's, [batch, sequence]. */
  #positions(inputIds: Value): Value {
    const { paddingId } = this.#config;
    if (paddingId === undefined) return this.#blocks.positions(inputIds);
    const graph = this.#graph;
    const padding = this.#blocks.integer(paddingId);
    const isToken = graph.cast(graph.op("Not", [graph.op("Equal", [inputIds, padding])]), "int64");
    const counts = graph.op("Mul", [graph.op("CumSum", [isToken, this.#blocks.integer(1)]), isToken]);
    return graph.op("Add", [counts, padding]);
  }

  #layer(states: Value, index: number, bias: Value): Value {
    const names = this.#family.layer(index);
    const attention = this.#attention(states, names, bias);
    const attended = this.#blocks.norm(this.#graph.op("Add", [states, attention]), names.attentionNorm);
    return this.#blocks.norm(this.#graph.op("Add", [attended, this.#mlp(attended, names)]), names.outputNorm);
  }

  #attention(states: Value, names: LayerNames, bias: Value): Value {
    const byHead = (name: string) => {
      const split = this.#graph.reshape(this.#blocks.linear(states, name), [
        0,
        0,
        this.#config.headCount,
        this.#blocks.headSize,
      ]);
      return this.#graph.op("Transpose", [split], { perm: [0n, 2n, 1n, 3n] });
    };
    const parts = { query: byHead(names.query), key: byHead(names.key), value: byHead(names.value) };
    return this.#blocks.linear(this.#blocks.attend(parts, bias), names.attentionOutput);
  }

  #mlp(states: Value, names: LayerNames): Value {
    const inner = this.#activate(this.#blocks.linear(states, names.mlpInput), this.#config.activation);
    return this.#blocks.linear(inner, names.mlpOutput);
  }

  #classify(states: Value): Value {
    const { dense, activation, output } = this.#family.head;
    const pooled = this.#blocks.firstToken(states);
    return this.#blocks.linear(this.#activate(this.#blocks.linear(pooled, dense), activation), output);
  }

  #activate(states: Value, activation: Activation): Value {
    switch (activation) {
      case "gelu":
        return this.#blocks.gelu(states);
      case "geluTanh":
        return this.#geluTanh(states);
      case "relu":
        return this.#graph.op("Relu", [states]);
      case "tanh":
        return this.#graph.op("Tanh", [states]);
    }
  }

  /** x × (1 + tanh(√(2 / π) × (x + 0.044715 x³))) / 2. */
  #geluTanh(value: Value): Value {
    const { graph } = this.#blocks;
    const constant = (number: number) => this.#blocks.float(number);
    const cube = graph.op("Mul", [graph.op("Mul", [value, value]), value]);
    const inner = graph.op("Add", [value, graph.op("Mul", [cube, constant(0.044715)])]);
    const tanh = graph.op("Tanh", [graph.op("Mul", [inner, constant(Math.sqrt(2 / Math.PI))])]);
    const product = graph.op("Mul", [value, graph.op("Add", [tanh, constant(1)])]);
    return graph.op("Mul", [product, constant(0.5)]);
  }
}
