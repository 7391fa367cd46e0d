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
export { bootstrapMeans, type BootstrapOptions, type Estimate } from "./bootstrap.js";
export { comparePaired, type PairedComparison } from "./compare-paired.js";
export {
  measureReranking,
  type MeasureRerankingOptions,
  type MetricColumns,
  type RerankingMeasurement,
} from "./measure-reranking.js";
export { type DocumentExcerpt, type QueryChange } from "./query-change.js";
export { signTest } from "./sign-test.js";
export {
  compareMeasurements,
  summarizeReranking,
  type LatencySummary,
  type MetricSummary,
  type RankChangeBin,
  type RerankingSummary,
  type ScoreBin,
} from "./summarize-reranking.js";
export { defaultNanoBeirId, nanoBeirHub } from "./data/nano-beir-hub.js";
export { nanoBeirFolder, type NanoBeirFolder } from "./data/nano-beir-folder.js";
export { readBeir, type ReadBeirOptions } from "./data/read-beir.js";
export { readSamples } from "./data/read-samples.js";
export { readQrels, readRun, type Qrels, type Run } from "./data/read-trec.js";
export {
  nanoBeirSamples,
  nanoBeirSplits,
  resolveNanoBeirNames,
  type NanoBeirDataset,
  type NanoBeirLoader,
  type NanoBeirName,
} from "./nano-beir-datasets.js";
export { CrossEncoderNanoBEIREvaluator, type NanoBeirEvaluatorOptions } from "./nano-beir-evaluator.js";
export { renderReport, type DatasetReport, type EvaluationReport, type ReportedModel } from "./report/index.js";
