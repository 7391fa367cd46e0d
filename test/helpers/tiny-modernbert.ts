import type { ModernBertConfig } from "../../src/architectures/modernbert/modernbert-config.js";

/** A ModernBERT of one global and one local layer, every size another: 2 heads of 4, hidden 8, MLP 6, 10 tokens. */
export const tinyConfig: ModernBertConfig = {
  hiddenSize: 8,
  headCount: 2,
  intermediateSize: 6,
  vocabularySize: 10,
  labelCount: 3,
  maxPositions: 16,
  layerKinds: ["global", "local"],
  localRadius: 2,
  ropeTheta: { global: 160_000, local: 10_000 },
  normEpsilon: 1e-5,
  tensorPrefix: "model.",
  pooling: "mean",
  hasAttentionBias: false,
  hasMlpBias: false,
  hasNormBias: false,
  hasHeadBias: false,
};

/** The same model with every bias that a config can ask for. */
export function withEveryBias(config: ModernBertConfig): ModernBertConfig {
  return { ...config, hasAttentionBias: true, hasMlpBias: true, hasNormBias: true, hasHeadBias: true };
}
