import { streamInputs } from "../onnx/index.js";
import { planDocumentBlocks, planWindowBlocks, type BlockPlan } from "./plan-attention.js";

/** Tokens of one pair. */
export interface PairTokens {
  inputIds: ArrayLike<number>;
  /** As many; all 0 if absent. */
  tokenTypeIds?: ArrayLike<number>;
}

/** A tensor to feed to the graph. */
export interface StreamTensor {
  type: "int64" | "float32" | "bool";
  data: BigInt64Array | Float32Array | Uint8Array;
  dims: readonly number[];
}

/** What a model's graph needs to know of a micro-batch beyond its token ids. */
export interface StreamShape {
  pooling: "mean" | "cls" | "max";
  /** Reach of layers with a sliding window; `undefined` if the model has none. */
  windowRadius: number | undefined;
  /** Whether the graph takes token types. */
  hasTokenTypes?: boolean;
  /** See {@link positionsOf}. */
  paddingId?: number;
}

/**
 * Turns a micro-batch into the inputs of a token-stream graph.
 *
 * @param documents - Tokens of each pair, in the order of the logits' rows; each at least one token.
 * @returns Tensors by input name, see `streamInputs`.
 */
export function planStream(documents: readonly PairTokens[], shape: StreamShape): Record<string, StreamTensor> {
  const lengths = documents.map(({ inputIds }) => inputIds.length);
  const blocks = planDocumentBlocks(lengths);
  const feeds: Record<string, StreamTensor> = {
    [streamInputs.inputIds]: int64(concatenated(documents.map(({ inputIds }) => inputIds))),
    [streamInputs.positionIds]: int64(
      concatenated(documents.map(({ inputIds }) => positionsOf(inputIds, shape.paddingId))),
    ),
    [streamInputs.isUnmasked]: { type: "bool", data: Uint8Array.of(blocks.bias === undefined ? 1 : 0), dims: [] },
    [streamInputs.documentTokens]: int64(blocks.queryTokens, blocks.blockCount),
    [streamInputs.documentBias]: biasTensor(blocks),
    [streamInputs.documentSlots]: int64(blocks.slots),
    [streamInputs.poolingWeights]: poolingWeights(lengths, blocks.queryLength, shape.pooling),
  };
  if (shape.hasTokenTypes) {
    const types = documents.map(({ inputIds, tokenTypeIds }) => tokenTypeIds ?? new Uint8Array(inputIds.length));
    feeds[streamInputs.tokenTypeIds] = int64(concatenated(types));
  }
  if (shape.windowRadius === undefined) return feeds;
  const windows = planWindowBlocks(lengths, shape.windowRadius);
  return {
    ...feeds,
    [streamInputs.windowQueryTokens]: int64(windows.queryTokens, windows.blockCount),
    [streamInputs.windowKeyTokens]: int64(windows.keyTokens, windows.blockCount),
    [streamInputs.windowBias]: biasTensor(windows),
    [streamInputs.windowSlots]: int64(windows.slots),
  };
}

/**
 * The row of the position table for each of a document's tokens: its place, from 0 on.
 *
 * With a padding id they are counted as RoBERTa does it: a token that is the padding token, which a text can spell out,
 * has that id for its position; the others have the ids behind it, in their order.
 */
function positionsOf(ids: ArrayLike<number>, paddingId: number | undefined): number[] {
  if (paddingId === undefined) return Array.from({ length: ids.length }, (_, place) => place);
  let last = paddingId;
  return Array.from(ids, (id) => (id === paddingId ? paddingId : (last += 1)));
}

function concatenated(rows: readonly ArrayLike<number>[]): BigInt64Array {
  return BigInt64Array.from(rows.flatMap((row) => Array.from(row, BigInt)));
}

/** A vector, or a matrix of `rowCount` rows. */
function int64(data: BigInt64Array, rowCount?: number): StreamTensor {
  return { type: "int64", data, dims: rowCount === undefined ? [data.length] : [rowCount, data.length / rowCount] };
}

function biasTensor({ bias, blockCount, queryLength, keyLength }: BlockPlan): StreamTensor {
  if (bias === undefined) return { type: "float32", data: new Float32Array(0), dims: [0, 1, 0, 0] };
  return { type: "float32", data: bias, dims: [blockCount, 1, queryLength, keyLength] };
}

/** Far below any state of a token, and small enough to be added to one. */
const neverLargest = -1e30;

/**
 * Each token's share in its document's state: equal shares, or all for the first token; 0 for padding. For the largest
 * state, what keeps padding from being it.
 */
function poolingWeights(lengths: readonly number[], longest: number, pooling: StreamShape["pooling"]): StreamTensor {
  const data = new Float32Array(lengths.length * longest).fill(pooling === "max" ? neverLargest : 0);
  for (const [index, length] of lengths.entries()) {
    const row = index * longest;
    if (pooling === "cls") data[row] = 1;
    else data.fill(pooling === "max" ? 0 : 1 / length, row, row + length);
  }
  return { type: "float32", data, dims: [lengths.length, 1, longest] };
}
