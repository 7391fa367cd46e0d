export { type ModelFile } from "./lay-out-model.js";
export { GraphBuilder, type ConstantData, type RowRange, type Value, type WeightLocation } from "./graph-builder.js";
export {
  Float32Layers,
  floatWeight,
  Int8Layers,
  settle,
  type LinearLayers,
  type LinearWeight,
  type LocateWeight,
  type QuantizedLinear,
  type QuantizedTensor,
  type ScaledStates,
} from "./linear-layers.js";
export { MappedWeights, type MappedPrecision } from "./mapped-weights.js";
export { readOnnxHeader, type OnnxHeader } from "./read-onnx-header.js";
export {
  addTokenStream,
  attendInBlocks,
  logitsOutput,
  poolDocuments,
  streamInputs,
  type AttentionBlocks,
  type AttentionStates,
  type TokenStream,
} from "./token-stream.js";
export {
  Float32Weights,
  Int8Weights,
  standardOperators,
  type ReadWeight,
  type StandardWeights,
  type WeightMatrix,
} from "./standard-weights.js";
