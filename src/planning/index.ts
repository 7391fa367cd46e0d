export { planMicroBatches, type MicroBatchLimits } from "./plan-micro-batches.js";
export { paddedInputs, planPadded, type PaddedInput, type PaddedShape } from "./plan-padded.js";
export { planParts } from "./plan-parts.js";
export { planStream, type PairTokens, type StreamShape, type StreamTensor } from "./plan-stream.js";
export { positionOffset, positionsBefore, type PositionConfig } from "./position-offset.js";
