/** Tokens of a pair's two texts, special tokens not counted. */
export interface PairLengths {
  queryLength: number;
  documentLength: number;
}

/** What {@link truncatePair} decides on. */
export interface TruncatePairOptions extends PairLengths {
  /** Tokens that both texts together may keep, ≥ 0. */
  budget: number;
}

/**
 * Decides how many tokens each text of a pair keeps, longest first.
 *
 * Tokens are taken from the longer text until both are equally long, then from both in turn, so a query of at most
 * half the budget is never cut. Of an odd budget the longer text gets the extra token; of two equally long ones the
 * document. Kept tokens are always the text's first.
 *
 * @returns Lengths that sum to the budget, or the given ones if they fit.
 * @see tokenizers 0.22.2 `truncate_encodings`, `LongestFirst` (0.23 clips both texts to the maximum length first;
 *   that stops at a word boundary, so it is no function of the lengths, and is not followed here).
 */
export function truncatePair({ queryLength, documentLength, budget }: TruncatePairOptions): PairLengths {
  if (queryLength + documentLength <= budget) return { queryLength, documentLength };
  const shorter = Math.min(queryLength, documentLength, Math.floor(budget / 2));
  const longer = budget - shorter;
  return queryLength > documentLength
    ? { queryLength: longer, documentLength: shorter }
    : { queryLength: shorter, documentLength: longer };
}
