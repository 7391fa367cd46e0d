export { planMicroBatches, type MicroBatchLimits } from "./plan-micro-batches.js";
export { paddedInputs, planPadded, type PaddedInput, type PaddedPair, type PaddedShape } from "./plan-padded.js";
export { planParts } from "./plan-parts.js";
export { planStream, type StreamShape, type StreamTensor, type TokenIds } from "./plan-stream.js";
export { positionOffset, type PositionConfig } from "./position-offset.js";
