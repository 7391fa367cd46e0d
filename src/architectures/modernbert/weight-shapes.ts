import type { WeightShapes } from "../shared/index.js";
import type { ModernBertConfig } from "./modernbert-config.js";

/**
 * Every tensor a ModernBERT sequence classifier's checkpoint must hold, and no other.
 *
 * Names and shapes as transformers saves `ModernBertForSequenceClassification`; matrices are `[out, in]`.
 */
export function modernBertWeightShapes(config: ModernBertConfig): WeightShapes {
  const { hiddenSize, intermediateSize, labelCount, vocabularySize } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, outputSize: number, inputSize: number, hasBias: boolean) => {
    shapes.set(`${name}.weight`, [outputSize, inputSize]);
    if (hasBias) shapes.set(`${name}.bias`, [outputSize]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hiddenSize]);
    if (config.hasNormBias) shapes.set(`${name}.bias`, [hiddenSize]);
  };

  shapes.set("model.embeddings.tok_embeddings.weight", [vocabularySize, hiddenSize]);
  norm("model.embeddings.norm");
  for (const index of config.layerKinds.keys()) {
    const layer = `model.layers.${index}`;
    // The embeddings are normalized already, so the first layer has no norm of its own.
    if (index > 0) norm(`${layer}.attn_norm`);
    linear(`${layer}.attn.Wqkv`, 3 * hiddenSize, hiddenSize, config.hasAttentionBias);
    linear(`${layer}.attn.Wo`, hiddenSize, hiddenSize, config.hasAttentionBias);
    norm(`${layer}.mlp_norm`);
    linear(`${layer}.mlp.Wi`, 2 * intermediateSize, hiddenSize, config.hasMlpBias);
    linear(`${layer}.mlp.Wo`, hiddenSize, intermediateSize, config.hasMlpBias);
  }
  norm("model.final_norm");
  linear("head.dense", hiddenSize, hiddenSize, config.hasHeadBias);
  norm("head.norm");
  linear("classifier", labelCount, hiddenSize, true);
  return shapes;
}
