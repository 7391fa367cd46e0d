export { describeArchitecture, type Architecture } from "./architectures.js";
export { ModelWorker } from "./model-worker.js";
export { type LoadedModel, type ModelSpec, type PairColumns } from "./protocol.js";
export { type CallOptions } from "./worker-thread.js";
