export { scoresFromLogits } from "./activation.js";
export { bestPassages, type DocumentScores } from "./best-passages.js";
export { calibratedSigmoid, type Calibration } from "./calibrated-sigmoid.js";
export { Cascade, type CascadeRankedDocument, type CascadeStage, type StageScore } from "./cascade.js";
export { CrossEncoder, type ModelInfo, type TokenizedPair } from "./cross-encoder.js";
export { predictPairs, rankDocuments, type CallableEncoder } from "./encoder-calls.js";
export {
  type ActivationFn,
  type FromPretrainedOptions,
  type PredictOptions,
  type Progress,
  type RankOptions,
  type TokenizeOptions,
} from "./options.js";
export type { DownloadProgress, HubOptions } from "../hub/index.js";
export type { ComputeDtype, Device, TokenCounts } from "../inference/index.js";
export type { Passage } from "../tokenization/index.js";
export { rankScores, type RankedDocument } from "./rank-scores.js";
export type { Reranker } from "./reranker.js";
export { resolvePredictOptions, resolveRankOptions, type ResolvedPredictOptions } from "./resolve-options.js";
export { resolvePrompt, type KnownPrompts } from "./resolve-prompt.js";
export type { Pair, PredictInput } from "./validate-inputs.js";
