export { ModelWorker } from "./model-worker.js";
export { type LoadedModel, type ModelSpec, type PairColumns, type PassageLogits } from "./protocol.js";
export { type CallOptions } from "./worker-thread.js";
