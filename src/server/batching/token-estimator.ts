/** Of English text, until the model's tokenizer has told better. */
const initialCharactersPerToken = 4;

const specialTokenCount = 3;

/** Tokens after which what was known before counts half. */
const halfLifeTokens = 20_000;

/**
 * Estimates tokens from characters, and learns from what tokenizing finds.
 *
 * Tokenizing happens in the worker when a pair is about to be scored; whether a request fits into the queue must be
 * known before, and at no cost.
 */
export class TokenEstimator {
  readonly #maxTokens: number;
  #characters = initialCharactersPerToken * halfLifeTokens;
  #tokens = halfLifeTokens;

  /** @param maxTokens - Most tokens of a pair; `Infinity` if pairs are not truncated. */
  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens;
  }

  /** @param characters - Of a query and a document. @returns Tokens, a whole number >= 1. */
  estimate(characters: number): number {
    return Math.min(specialTokenCount + Math.ceil((characters * this.#tokens) / this.#characters), this.#maxTokens);
  }

  /** @param tokens - What pairs of so many characters have, none of them truncated. */
  correct(characters: number, tokens: number): void {
    const kept = 0.5 ** (tokens / halfLifeTokens);
    this.#characters = this.#characters * kept + characters;
    this.#tokens = this.#tokens * kept + tokens;
  }
}
