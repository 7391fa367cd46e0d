import { headWeightShapes } from "../../head/index.js";
import type { WeightShapes } from "../shared/index.js";
import { modernBertHead } from "./modernbert-head.js";
import type { ModernBertConfig } from "./modernbert-config.js";

/**
 * Every tensor that must be there for a ModernBERT encoder and its head, and no other.
 *
 * Names and shapes as transformers saves `ModernBertForSequenceClassification`, or `ModernBertModel`, whose names lack the
 * first part; matrices are `[out, in]`.
 */
export function modernBertWeightShapes(config: ModernBertConfig): WeightShapes {
  const { hiddenSize, intermediateSize, tensorPrefix, vocabularySize } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, outputSize: number, inputSize: number, hasBias: boolean) => {
    shapes.set(`${name}.weight`, [outputSize, inputSize]);
    if (hasBias) shapes.set(`${name}.bias`, [outputSize]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hiddenSize]);
    if (config.hasNormBias) shapes.set(`${name}.bias`, [hiddenSize]);
  };

  shapes.set(`${tensorPrefix}embeddings.tok_embeddings.weight`, [vocabularySize, hiddenSize]);
  norm(`${tensorPrefix}embeddings.norm`);
  for (const index of config.layerKinds.keys()) {
    const layer = `${tensorPrefix}layers.${index}`;
    // The embeddings are normalized already, so the first layer has no norm of its own.
    if (index > 0) norm(`${layer}.attn_norm`);
    linear(`${layer}.attn.Wqkv`, 3 * hiddenSize, hiddenSize, config.hasAttentionBias);
    linear(`${layer}.attn.Wo`, hiddenSize, hiddenSize, config.hasAttentionBias);
    norm(`${layer}.mlp_norm`);
    linear(`${layer}.mlp.Wi`, 2 * intermediateSize, hiddenSize, config.hasMlpBias);
    linear(`${layer}.mlp.Wo`, hiddenSize, intermediateSize, config.hasMlpBias);
  }
  norm(`${tensorPrefix}final_norm`);
  return new Map([...shapes, ...headWeightShapes(modernBertHead(config))]);
}
