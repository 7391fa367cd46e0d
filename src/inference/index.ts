export { describeArchitecture, type Architecture } from "./architectures.js";
export {
  type LoadedModel,
  type ModelSpec,
  type PairColumns,
  type PassageLogits,
  type TokenCounts,
} from "./protocol.js";
export { WorkerPool } from "./worker-pool.js";
export { type CallOptions } from "./worker-thread.js";
