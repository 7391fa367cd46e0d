export { calibratedSigmoid, type Calibration } from "./calibrated-sigmoid.js";
export { CrossEncoder, type ModelInfo, type TokenizedPair } from "./cross-encoder.js";
export {
  type ActivationFn,
  type FromPretrainedOptions,
  type PredictOptions,
  type Progress,
  type RankOptions,
  type TokenizeOptions,
} from "./options.js";
export type { DownloadProgress, HubOptions } from "../hub/index.js";
export { scoresFromLogits } from "./activation.js";
export type { ComputeDtype, Device, TokenCounts } from "../inference/index.js";
export type { Passage } from "../tokenization/index.js";
export { type RankedDocument } from "./rank-scores.js";
export { type Pair } from "./validate-inputs.js";
