import { InvalidModelFileError } from "../errors/index.js";
import type { PairTokenizer } from "../tokenization/index.js";

/** As much of a `tokenizer.json` as gives ids to tokens. */
interface TokenizerIds {
  model: { vocab: Readonly<Record<string, number>> | readonly unknown[] };
  added_tokens?: readonly { id: number }[];
}

/** What a tokenizer is checked against. */
interface Embeddings {
  /** Rows of the embedding table. */
  vocabularySize: number;
  /** The `tokenizer.json`, for errors. */
  path: string;
}

/**
 * Checks that the embedding table has a row for every id that a tokenizer can give.
 *
 * @param json - The `tokenizer.json` that `tokenizer` was made of.
 * @throws {InvalidModelFileError} If it has none for the largest.
 */
export function checkTokenIds(tokenizer: PairTokenizer, json: unknown, { vocabularySize, path }: Embeddings): void {
  const largest = largestId(tokenizer, json as TokenizerIds);
  if (largest < vocabularySize) return;
  throw new InvalidModelFileError(
    `${path}: every token's id must be below ${vocabularySize}, the vocab_size of config.json, got ${largest}. ` +
      `Check that the file belongs to this model.`,
    { path, expected: vocabularySize, actual: largest },
  );
}

function largestId(tokenizer: PairTokenizer, { model, added_tokens: added = [] }: TokenizerIds): number {
  const specialTokens = tokenizer.tokenize(["", ""], tokenizer.specialTokenCount).inputIds;
  // A list's tokens have their positions for ids.
  const vocabulary = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab as object);
  return [vocabulary as number[], added.map(({ id }) => id), [...specialTokens]]
    .flat()
    .reduce((largest, id) => Math.max(largest, id), 0);
}
