export { GraphBuilder, type RowRange, type Value, type WeightLocation } from "./graph-builder.js";
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
