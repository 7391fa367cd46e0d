export { type Architecture, type ConfigSource, type GraphPrecision, type WeightShapes } from "./architecture.js";
export { contradiction, limits, parseConfig, requireSupported, size } from "./config-fields.js";
export { StandardBlocks } from "./standard-blocks.js";
export { int8TensorsOf, StreamBlocks } from "./stream-blocks.js";
