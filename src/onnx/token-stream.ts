/**
 * The token stream: how a micro-batch of documents enters a graph, and how its tokens attend to each other.
 *
 * All tokens of all pairs stand in one stream, shape [tokens]; there is no padding, so every linear layer costs exactly
 * its tokens. Only attention needs to know which tokens belong together. It gets that as blocks: a gather from the
 * stream into [blocks, length], a bias that says who may look at whom, and a scatter back.
 *
 * Axes: tokens (the stream), blocks, queryLength, keyLength; hidden = head × headSize.
 */
import type { GraphBuilder, Value } from "./graph-builder.js";

/** Names of the graph's inputs; `planAttention` computes their values. */
export const streamInputs = {
  inputIds: "input_ids",
  tokenTypeIds: "token_type_ids",
  positionIds: "position_ids",
  isUnmasked: "is_unmasked",
  documentTokens: "document_tokens",
  documentBias: "document_bias",
  documentSlots: "document_slots",
  windowQueryTokens: "window_query_tokens",
  windowKeyTokens: "window_key_tokens",
  windowBias: "window_bias",
  windowSlots: "window_slots",
  poolingWeights: "pooling_weights",
} as const;

/** The graph's output: logits, shape [documents, labels]. */
export const logitsOutput = "logits";

/** Who attends to whom, for the layers of one kind. */
export interface AttentionBlocks {
  /** int64 [blocks, queryLength]: the stream position in each query slot. */
  queryTokens: Value;
  /** int64 [blocks, keyLength]: the stream position in each key slot. */
  keyTokens: Value;
  /** float32 [blocks, 1, queryLength, keyLength]: 0 where a query may look, very negative where not. */
  bias: Value;
  /** int64 [tokens]: each token's query slot, counted through all blocks. */
  slots: Value;
  /** bool []: the bias is empty, because every query may look at every key of its block. */
  isUnmasked?: Value;
}

/** The inputs of a token-stream graph. */
export interface TokenStream {
  /** int64 [tokens]. */
  inputIds: Value;
  /** int64 [tokens]: which of a pair's texts each token is of; only in graphs of models that tell them apart by it. */
  tokenTypeIds: Value | undefined;
  /** int64 [tokens]: each token's place in its document, by the model's way to count. */
  positionIds: Value;
  /** A block a document: what layers with global attention use, and pooling. */
  documents: AttentionBlocks;
  /** Blocks for layers with a sliding window; only in graphs that have such layers. */
  windows: AttentionBlocks | undefined;
  /**
   * float32 [documents, 1, queryLength]: each token's share in its document's pooled state. Where the largest of all
   * tokens' states is taken, 0 for tokens and very negative for padding.
   */
  poolingWeights: Value;
}

/** Declares the stream's inputs. */
export function addTokenStream(
  graph: GraphBuilder,
  options: { hasWindows: boolean; hasTokenTypes?: boolean },
): TokenStream {
  const names = streamInputs;
  const documentTokens = graph.input(names.documentTokens, "int64", ["documents", "length"]);
  return {
    inputIds: graph.input(names.inputIds, "int64", ["tokens"]),
    tokenTypeIds: options.hasTokenTypes ? graph.input(names.tokenTypeIds, "int64", ["tokens"]) : undefined,
    positionIds: graph.input(names.positionIds, "int64", ["tokens"]),
    documents: {
      queryTokens: documentTokens,
      keyTokens: documentTokens,
      bias: graph.input(names.documentBias, "float32", ["biased_documents", 1, "biased_length", "biased_length"]),
      slots: graph.input(names.documentSlots, "int64", ["tokens"]),
      isUnmasked: graph.input(names.isUnmasked, "bool", []),
    },
    windows: options.hasWindows
      ? {
          queryTokens: graph.input(names.windowQueryTokens, "int64", ["blocks", "query_length"]),
          keyTokens: graph.input(names.windowKeyTokens, "int64", ["blocks", "key_length"]),
          bias: graph.input(names.windowBias, "float32", ["blocks", 1, "query_length", "key_length"]),
          slots: graph.input(names.windowSlots, "int64", ["tokens"]),
        }
      : undefined,
    poolingWeights: graph.input(names.poolingWeights, "float32", ["documents", 1, "length"]),
  };
}

/** Query, key and value states of the stream, each [tokens, hidden]. */
export interface AttentionStates {
  query: Value;
  key: Value;
  value: Value;
}

/**
 * Multi-head attention within blocks.
 *
 * Without a bias ONNX Runtime's `MultiHeadAttention` takes its flash path, whose memory does not grow with the square
 * of the length; with one, `Attention` is the faster of the two (5.9 against 8.3 ms at 16 × 128 tokens). Hence the `If`.
 *
 * @returns The attended states, [tokens, hidden].
 */
export function attendInBlocks(
  graph: GraphBuilder,
  states: AttentionStates,
  blocks: AttentionBlocks,
  shape: { headCount: number; hiddenSize: number },
): Value {
  const query = graph.op("Gather", [states.query, blocks.queryTokens]);
  const key = graph.op("Gather", [states.key, blocks.keyTokens]);
  const value = graph.op("Gather", [states.value, blocks.keyTokens]);
  const heads = BigInt(shape.headCount);
  const biased = (branch: GraphBuilder) =>
    branch.op("Attention", [query, key, value, blocks.bias], { q_num_heads: heads, kv_num_heads: heads });
  const flash = (branch: GraphBuilder) =>
    branch.op("com.microsoft::MultiHeadAttention", [query, key, value], { num_heads: heads });
  const attended = blocks.isUnmasked ? graph.choose(blocks.isUnmasked, flash, biased) : biased(graph);
  const rows = graph.reshape(attended, [-1, shape.hiddenSize]);
  return graph.op("Gather", [rows, blocks.slots]);
}

/**
 * Makes one state of each document's token states, their weighted mean or their largest: [tokens, hidden] to
 * [documents, hidden].
 */
export function poolDocuments(
  graph: GraphBuilder,
  states: Value,
  stream: TokenStream,
  { hiddenSize, pooling }: { hiddenSize: number; pooling: "mean" | "cls" | "max" },
): Value {
  const byDocument = graph.op("Gather", [states, stream.documents.queryTokens]);
  if (pooling === "max") {
    const column = graph.op("Transpose", [stream.poolingWeights], { perm: [0n, 2n, 1n] });
    const sequenceAxis = graph.constant("sequence_axis", BigInt64Array.of(1n), [1]);
    return graph.op("ReduceMax", [graph.op("Add", [byDocument, column]), sequenceAxis], { keepdims: 0n });
  }
  const pooled = graph.op("MatMul", [stream.poolingWeights, byDocument]);
  return graph.reshape(pooled, [-1, hiddenSize]);
}
