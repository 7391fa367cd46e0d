export { CrossEncoder, type ModelInfo, type TokenizedPair } from "./cross-encoder.js";
export {
  type ActivationFn,
  type FromPretrainedOptions,
  type PredictOptions,
  type Progress,
  type RankOptions,
  type TokenizeOptions,
} from "./options.js";
export type { ComputeDtype, Device } from "../inference/index.js";
export type { Passage } from "../tokenization/index.js";
export { type RankedDocument } from "./rank-scores.js";
export { type Pair } from "./validate-inputs.js";
