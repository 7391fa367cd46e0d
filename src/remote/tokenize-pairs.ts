import { setImmediate as nextTurn } from "node:timers/promises";
import type { PairColumns, PassageLogits } from "../inference/index.js";
import type { PairTokenizer, TokenizedPair } from "../tokenization/index.js";

/** How long tokenizing may hold the caller's thread, which does other things as well. */
const maxTurnMs = 8;

/** What is to be scored: pairs, or passages of their documents. */
export interface TokenizedPairs extends Omit<PassageLogits, "logits"> {
  pairs: readonly TokenizedPair[];
}

export interface TokenizeCall {
  maxLength: number;
  /** Whether a document that does not fit becomes several passages, instead of being cut. */
  splits: boolean;
  signal: AbortSignal;
}

/**
 * Tokenizes pairs on the caller's thread, giving it back every few milliseconds.
 *
 * @throws The signal's reason, once it is aborted.
 */
export async function tokenizePairs(
  tokenizer: PairTokenizer,
  { queries, documents }: PairColumns,
  { maxLength, splits, signal }: TokenizeCall,
): Promise<TokenizedPairs> {
  const pairs: TokenizedPair[] = [];
  const offsets: number[] = [];
  const counts = new Uint32Array(documents.length);
  let turnEnd = performance.now() + maxTurnMs;
  for (const [index, document] of documents.entries()) {
    const query = typeof queries === "string" ? queries : (queries[index] as string);
    for (const { pair, start, end } of tokenizeOne(tokenizer, [query, document], { maxLength, splits })) {
      pairs.push(pair);
      offsets.push(start, end);
      counts[index] = (counts[index] as number) + 1;
      if (performance.now() < turnEnd) continue;
      await nextTurn(undefined, { signal }).catch(() => signal.throwIfAborted());
      turnEnd = performance.now() + maxTurnMs;
    }
  }
  return { pairs, counts, offsets: Uint32Array.from(offsets) };
}

function tokenizeOne(
  tokenizer: PairTokenizer,
  pair: readonly [query: string, document: string],
  { maxLength, splits }: { maxLength: number; splits: boolean },
) {
  if (splits) return tokenizer.tokenizePassages(pair, maxLength);
  const tokenized = tokenizer.tokenize(pair, maxLength, { stopsEarly: true });
  return [{ start: 0, end: pair[1].length, pair: tokenized }];
}
