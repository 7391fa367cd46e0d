export { describeArchitecture } from "./architectures.js";
export { type Device } from "./devices.js";
export { canonicallyNamed } from "./open-weights.js";
export {
  type ComputeDtype,
  type LoadedModel,
  type ModelSpec,
  type PairColumns,
  type PassageLogits,
  type TokenCounts,
} from "./protocol.js";
export { requireTrainedHead } from "./trained-head.js";
export { WorkerPool } from "./worker-pool.js";
export { type CallOptions } from "./worker-thread.js";
