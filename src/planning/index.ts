export { planMicroBatches, type MicroBatchLimits } from "./plan-micro-batches.js";
export { planParts } from "./plan-parts.js";
export { planStream, type StreamShape, type StreamTensor, type TokenIds } from "./plan-stream.js";
