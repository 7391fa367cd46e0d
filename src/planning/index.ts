export { planMicroBatches, type MicroBatchLimits } from "./plan-micro-batches.js";
export { planParts } from "./plan-parts.js";
export { planStream, type PairTokens, type StreamShape, type StreamTensor } from "./plan-stream.js";
