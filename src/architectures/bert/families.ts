/**
 * The models that are built as BERT is: what they call their weights, and how their heads differ.
 *
 * Names as transformers v5.0 saves `…ForSequenceClassification`: modeling_bert.py, modeling_roberta.py,
 * modeling_electra.py, modeling_distilbert.py.
 */
import type { ConfigSource } from "../shared/index.js";
import type { Activation } from "./activation.js";
import {
  parseBertConfig,
  parseDistilBertConfig,
  parseElectraConfig,
  parseRobertaConfig,
  type BertConfig,
} from "./bert-config.js";

/** Full names of a layer's parts, each with a weight and a bias. */
export interface LayerNames {
  query: string;
  key: string;
  value: string;
  attentionOutput: string;
  attentionNorm: string;
  mlpInput: string;
  mlpOutput: string;
  outputNorm: string;
}

/** A model that is built as BERT is. */
export interface BertFamily {
  parseConfig: (json: unknown, source: ConfigSource) => BertConfig;
  /** What all names of the encoder begin with. */
  prefix: string;
  layer: (index: number) => LayerNames;
  /** Two linear layers with an activation between, over the first token's states; full names. */
  head: { dense: string; activation: Activation; output: string };
}

const bertLayer =
  (prefix: string) =>
  (index: number): LayerNames => {
    const name = `${prefix}.encoder.layer.${index}`;
    return {
      query: `${name}.attention.self.query`,
      key: `${name}.attention.self.key`,
      value: `${name}.attention.self.value`,
      attentionOutput: `${name}.attention.output.dense`,
      attentionNorm: `${name}.attention.output.LayerNorm`,
      mlpInput: `${name}.intermediate.dense`,
      mlpOutput: `${name}.output.dense`,
      outputNorm: `${name}.output.LayerNorm`,
    };
  };

const distilBertLayer =
  (prefix: string) =>
  (index: number): LayerNames => {
    const name = `${prefix}.transformer.layer.${index}`;
    return {
      query: `${name}.attention.q_lin`,
      key: `${name}.attention.k_lin`,
      value: `${name}.attention.v_lin`,
      attentionOutput: `${name}.attention.out_lin`,
      attentionNorm: `${name}.sa_layer_norm`,
      mlpInput: `${name}.ffn.lin1`,
      mlpOutput: `${name}.ffn.lin2`,
      outputNorm: `${name}.output_layer_norm`,
    };
  };

export const bert: BertFamily = {
  parseConfig: parseBertConfig,
  prefix: "bert",
  layer: bertLayer("bert"),
  head: { dense: "bert.pooler.dense", activation: "tanh", output: "classifier" },
};

/** RoBERTa, and XLM-RoBERTa, which is the same with another vocabulary. */
export const roberta: BertFamily = {
  parseConfig: parseRobertaConfig,
  prefix: "roberta",
  layer: bertLayer("roberta"),
  head: { dense: "classifier.dense", activation: "tanh", output: "classifier.out_proj" },
};

export const electra: BertFamily = {
  parseConfig: parseElectraConfig,
  prefix: "electra",
  layer: bertLayer("electra"),
  head: { dense: "classifier.dense", activation: "gelu", output: "classifier.out_proj" },
};

export const distilBert: BertFamily = {
  parseConfig: parseDistilBertConfig,
  prefix: "distilbert",
  layer: distilBertLayer("distilbert"),
  head: { dense: "pre_classifier", activation: "relu", output: "classifier" },
};
