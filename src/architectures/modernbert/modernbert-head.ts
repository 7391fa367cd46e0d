import type { Head } from "../../head/index.js";
import type { ModernBertConfig } from "./modernbert-config.js";

/** The head of a model: the one it was saved with as modules, or that of `ModernBertForSequenceClassification`. */
export function modernBertHead(config: ModernBertConfig): Head {
  if (config.savedHead !== undefined) return config.savedHead;
  const { hiddenSize, labelCount, pooling, normEpsilon, hasHeadBias, hasNormBias } = config;
  const sizes = { inputSize: hiddenSize, outputSize: hiddenSize };
  return {
    pooling,
    steps: [
      { kind: "dense", name: "head.dense", ...sizes, hasBias: hasHeadBias, activation: "gelu" },
      { kind: "norm", name: "head.norm", size: hiddenSize, hasBias: hasNormBias, epsilon: normEpsilon },
      { ...classifier, inputSize: hiddenSize, outputSize: labelCount },
    ],
  };
}

const classifier = { kind: "dense", name: "classifier", hasBias: true, activation: "identity" } as const;
