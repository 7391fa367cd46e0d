/**
 * Attention plans: which stream positions stand in which block, who may look at whom, and the way back.
 *
 * A micro-batch's documents stand one after another in one stream. A plan is pure arithmetic on their lengths and is
 * shared by all layers of a kind; `src/onnx/token-stream.ts` says how the graph uses it.
 */

/** What keeps a query from a key: exp(score + maskedBias) is exactly 0 for any score a model can give. */
const maskedBias = -1e9;

/** Blocks of fewer queries than this leave the matrix product half idle. */
const minWindowQueries = 64;

/** Attention within blocks; axes as in `AttentionBlocks` of the graph. */
export interface BlockPlan {
  blockCount: number;
  queryLength: number;
  keyLength: number;
  /** [blocks, queryLength] */
  queryTokens: BigInt64Array;
  /** [blocks, keyLength] */
  keyTokens: BigInt64Array;
  /** [blocks, 1, queryLength, keyLength]; absent where every query may look at every key. */
  bias?: Float32Array;
  /** [tokens] */
  slots: BigInt64Array;
}

/**
 * Plans attention of every token to all tokens of its document: a block a document, padded to the longest.
 *
 * A document alone needs no bias, and must not have one: at 8192 tokens it would take 268 MB.
 *
 * @param lengths - Tokens of each document, in stream order; each >= 1.
 */
export function planDocumentBlocks(lengths: readonly number[]): BlockPlan {
  const blocks = wholeDocuments(lengths);
  const shape = squareShape(lengths, Infinity);
  const plan = placeTokens(blocks, shape);
  return lengths.length === 1 ? plan : { ...plan, bias: blockBias(blocks, shape) };
}

/**
 * Plans attention within a sliding window, at a cost linear in the length.
 *
 * Each document is cut into blocks of `max(64, 2 × radius)` queries; a block's keys reach `radius` tokens beyond it on
 * both sides. At 8192 tokens and a radius of 64, blocks of 128 queries took 47 ms a layer, of 64 50, of 256 59. While
 * no document is longer than one such block and its surroundings, blocks are whole documents.
 *
 * @param lengths - Tokens of each document, in stream order; each >= 1.
 * @param radius - Farthest distance at which two tokens see each other, >= 0.
 */
export function planWindowBlocks(lengths: readonly number[], radius: number): BlockPlan {
  const queryLength = Math.max(minWindowQueries, 2 * radius);
  const keyLength = queryLength + 2 * radius;
  const isShort = longestOf(lengths) <= keyLength;
  const blocks = isShort ? wholeDocuments(lengths) : slidingWindows(lengths, queryLength, radius);
  const shape = isShort ? squareShape(lengths, radius) : { queryLength, keyLength, radius };
  return { ...placeTokens(blocks, shape), bias: blockBias(blocks, shape) };
}

interface DocumentSpan {
  /** Stream position of the document's first token. */
  start: number;
  length: number;
}

/** A block's place in its document; slots before token 0 or from `length` on are padding. */
interface Block extends DocumentSpan {
  firstQuery: number;
  firstKey: number;
}

interface BlockShape {
  queryLength: number;
  keyLength: number;
  radius: number;
}

function documentSpans(lengths: readonly number[]): DocumentSpan[] {
  let start = 0;
  return lengths.map((length) => {
    const span = { start, length };
    start += length;
    return span;
  });
}

function wholeDocuments(lengths: readonly number[]): Block[] {
  return documentSpans(lengths).map((span) => ({ ...span, firstQuery: 0, firstKey: 0 }));
}

function slidingWindows(lengths: readonly number[], queryLength: number, radius: number): Block[] {
  return documentSpans(lengths).flatMap((span) =>
    Array.from({ length: Math.ceil(span.length / queryLength) }, (_, index) => ({
      ...span,
      firstQuery: index * queryLength,
      firstKey: index * queryLength - radius,
    })),
  );
}

function squareShape(lengths: readonly number[], radius: number): BlockShape {
  const longest = longestOf(lengths);
  return { queryLength: longest, keyLength: longest, radius };
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

/** Fills the gathers and the way back. Padding slots hold the document's first token. */
function placeTokens(blocks: readonly Block[], { queryLength, keyLength }: BlockShape): BlockPlan {
  const last = blocks.at(-1);
  const queryTokens = new BigInt64Array(blocks.length * queryLength);
  const keyTokens = new BigInt64Array(blocks.length * keyLength);
  const slots = new BigInt64Array(last === undefined ? 0 : last.start + last.length);
  for (const [blockIndex, { start, length, firstQuery, firstKey }] of blocks.entries()) {
    for (let query = 0; query < queryLength; query++) {
      const slot = blockIndex * queryLength + query;
      const token = firstQuery + query;
      queryTokens[slot] = BigInt(token < length ? start + token : start);
      if (token < length) slots[start + token] = BigInt(slot);
    }
    for (let key = 0; key < keyLength; key++) {
      const token = firstKey + key;
      keyTokens[blockIndex * keyLength + key] = BigInt(token >= 0 && token < length ? start + token : start);
    }
  }
  return { blockCount: blocks.length, queryLength, keyLength, queryTokens, keyTokens, slots };
}

/** Closes everything, then opens for each query the run of keys within `radius` of it and inside its document. */
function blockBias(blocks: readonly Block[], { queryLength, keyLength, radius }: BlockShape): Float32Array {
  const bias = new Float32Array(blocks.length * queryLength * keyLength).fill(maskedBias);
  for (const [blockIndex, { length, firstQuery, firstKey }] of blocks.entries()) {
    for (let query = 0; query < queryLength; query++) {
      // Padding queries see what the last token sees: their states are dropped, but must stay finite.
      const token = Math.min(firstQuery + query, length - 1);
      const start = Math.max(token - radius, 0) - firstKey;
      const end = Math.min(token + radius + 1, length) - firstKey;
      const row = (blockIndex * queryLength + query) * keyLength;
      bias.fill(0, row + start, row + Math.min(end, keyLength));
    }
  }
  return bias;
}
