/** A call cut into parts for several workers, and the parts' results put together again. */
import { planParts } from "../planning/index.js";
import type { PairColumns, PassageLogits, TokenCounts } from "./protocol.js";

/** Some of a call's pairs, for one worker. */
export interface CallPart {
  pairs: PairColumns;
  /** Where the pairs are in the call, ascending. */
  indices: readonly number[];
  /** What the pairs cost, in characters. */
  cost: number;
}

/** For what workers a call is cut. */
export interface CutOptions {
  /** Most parts, >= 1. */
  workerCount: number;
  /** Most tokens of a pair. */
  maxLength: number;
}

/** Of English text; of others it is less. Only balance depends on it. */
const charactersPerToken = 5;

/** Of each pair; also what keeps the cost of empty texts above 0. */
const specialTokenCount = 3;

/** About one micro-batch of the default size. Parts that cannot fill one compute slower, a token. */
const leastCharactersPerPart = 2_500;

/**
 * Cuts a call into parts of like cost and like lengths, one for each worker; a small call into fewer.
 *
 * Costs are told by characters: tokens are only known when the workers have done a good part of their work. What
 * truncation cuts off costs nothing.
 *
 * @returns At least one part; a part of all pairs has them as they were given.
 */
export function cutCall(pairs: PairColumns, { workerCount, maxLength }: CutOptions): CallPart[] {
  const costs = pairCosts(pairs, maxLength);
  const parts = planParts(costs, { partCount: workerCount, leastCost: leastCharactersPerPart });
  return parts.map((indices) => ({
    pairs: parts.length === 1 ? pairs : pickPairs(pairs, indices),
    indices,
    cost: indices.reduce((sum, index) => sum + (costs[index] as number), 0),
  }));
}

/**
 * Puts logits in the order of the call's pairs.
 *
 * @param results - Logits of each part, shape [pairs of the part, labels].
 * @returns Shape [pairs, labels].
 */
export function joinLogits(parts: readonly CallPart[], results: readonly Float32Array[]): Float32Array {
  if (results.length === 1) return results[0] as Float32Array;
  const joined = new Float32Array(results.reduce((sum, { length }) => sum + length, 0));
  for (const [position, { indices }] of parts.entries()) {
    const logits = results[position] as Float32Array;
    const labelCount = logits.length / indices.length;
    for (const [row, index] of indices.entries()) {
      joined.set(logits.subarray(row * labelCount, (row + 1) * labelCount), index * labelCount);
    }
  }
  return joined;
}

/** Puts the passages of each pair in the order of the call's pairs. */
export function joinPassages(parts: readonly CallPart[], results: readonly PassageLogits[]): PassageLogits {
  if (results.length === 1) return results[0] as PassageLogits;
  const joined = joinLists(parts, results.map(passagesByPair));
  return {
    logits: Float32Array.from(joined.flatMap(({ logits }) => [...logits])),
    counts: Uint32Array.from(joined, ({ offsets }) => offsets.length / 2),
    offsets: Uint32Array.from(joined.flatMap(({ offsets }) => [...offsets])),
  };
}

function passagesByPair({ logits, counts, offsets }: PassageLogits): Pick<PassageLogits, "logits" | "offsets">[] {
  const labelCount = (2 * logits.length) / offsets.length;
  let start = 0;
  return Array.from(counts, (count) => {
    const end = start + count;
    const passages = {
      logits: logits.subarray(start * labelCount, end * labelCount),
      offsets: offsets.subarray(2 * start, 2 * end),
    };
    start = end;
    return passages;
  });
}

/**
 * Puts the parts' token counts in the order of the call's pairs, once all parts have told theirs.
 *
 * @returns What a part, by its position, tells its counts to.
 */
export function collectTokenCounts(
  parts: readonly CallPart[],
  onTokenized: (counts: TokenCounts) => void,
): (position: number) => (counts: TokenCounts) => void {
  const pairCount = parts.reduce((sum, { indices }) => sum + indices.length, 0);
  const joined = { tokens: new Uint32Array(pairCount), truncated: new Uint8Array(pairCount) };
  let missingParts = parts.length;
  return (position) => (counts) => {
    for (const [row, index] of (parts[position] as CallPart).indices.entries()) {
      joined.tokens[index] = counts.tokens[row] as number;
      joined.truncated[index] = counts.truncated[row] as number;
    }
    missingParts -= 1;
    if (missingParts === 0) onTokenized(joined);
  };
}

/** Puts what each pair has got in the order of the call's pairs. */
export function joinLists<Item>(parts: readonly CallPart[], results: readonly (readonly Item[])[]): readonly Item[] {
  if (results.length === 1) return results[0] as readonly Item[];
  const joined: Item[] = [];
  for (const [position, { indices }] of parts.entries()) {
    const items = results[position] as readonly Item[];
    for (const [row, index] of indices.entries()) joined[index] = items[row] as Item;
  }
  return joined;
}

function pairCosts({ queries, documents }: PairColumns, maxLength: number): number[] {
  return documents.map((document, index) => {
    const query = typeof queries === "string" ? queries : (queries[index] as string);
    const tokens = Math.min(specialTokenCount + (query.length + document.length) / charactersPerToken, maxLength);
    return Math.round(tokens * charactersPerToken);
  });
}

function pickPairs({ queries, documents }: PairColumns, indices: readonly number[]): PairColumns {
  return {
    queries: typeof queries === "string" ? queries : indices.map((index) => queries[index] as string),
    documents: indices.map((index) => documents[index] as string),
  };
}
