export { availableCores } from "./available-cores.js";
export { readProcessor, type Processor, type ProcessorFeature } from "./processor.js";
export { hasGpuDevice } from "./gpu-device.js";
