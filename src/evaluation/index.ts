export { compareModels, type ModelAgreement, type RankingSample, type ScorePairs } from "./compare-models.js";
export * from "./metrics/index.js";
export { CrossEncoderClassificationEvaluator } from "./classification-evaluator.js";
export { CrossEncoderCorrelationEvaluator } from "./correlation-evaluator.js";
export { type EvaluateOptions, type EvaluatorOptions, type Metrics } from "./evaluator.js";
export { formatForModelCard } from "./model-card.js";
export { type PairScorer, type ScoredPair, type ScorerOptions } from "./pair-scorer.js";
export { type RerankingPlan } from "./plan-reranking.js";
export { metricsInOrder, rankingMetrics, type RankingMetrics } from "./ranking-metrics.js";
export { rerankSamples, type RerankedQuery, type RerankingOptions } from "./rerank-samples.js";
export {
  CrossEncoderRerankingEvaluator,
  type RerankingEvaluateOptions,
  type RerankingEvaluatorOptions,
} from "./reranking-evaluator.js";
export { type RerankingSample, type RerankingSamples } from "./reranking-samples.js";
