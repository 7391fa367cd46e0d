export { GraphBuilder, type RowRange, type Value, type WeightLocation } from "./graph-builder.js";
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
