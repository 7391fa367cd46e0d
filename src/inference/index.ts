export { describeArchitecture, type Architecture } from "./architectures.js";
export { isBuildable } from "./architecture-names.js";
export { type Device } from "./devices.js";
export {
  type ComputeDtype,
  type LoadedModel,
  type ModelSpec,
  type PairColumns,
  type PassageLogits,
} from "./protocol.js";
export { WorkerPool } from "./worker-pool.js";
export { type CallOptions } from "./worker-thread.js";
