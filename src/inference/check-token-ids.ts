import { InvalidModelFileError } from "../errors/index.js";
import type { PairTokenizer } from "../tokenization/index.js";

/** As much of a `tokenizer.json` as gives ids to tokens. */
interface TokenizerIds {
  model: { vocab: Readonly<Record<string, number>> | readonly unknown[] };
  added_tokens?: readonly { id: number }[];
}

/** Sizes of the tables that a model looks tokens up in. */
export interface TokenTables {
  vocabularySize: number;
  /** Absent for a model that has no such table, and takes no types. */
  tokenTypeCount?: number | undefined;
}

/**
 * Checks that the tables of words and of token types have a row for all that a tokenizer can give.
 *
 * @param json - The `tokenizer.json` that `tokenizer` was made of.
 * @param tables - And the path of `tokenizer.json`, for errors.
 * @throws {InvalidModelFileError} If there is none for the largest.
 */
export function checkTokenIds(
  tokenizer: PairTokenizer,
  json: unknown,
  { vocabularySize, tokenTypeCount, path }: TokenTables & { path: string },
): void {
  const specialTokens = tokenizer.tokenize(["", ""], tokenizer.specialTokenCount);
  if (tokenTypeCount !== undefined) requireTypes(tokenizer.largestTokenType, { tokenTypeCount, path });
  const largest = largestId(specialTokens.inputIds, json as TokenizerIds);
  if (largest < vocabularySize) return;
  throw new InvalidModelFileError(
    `${path}: every token's id must be below ${vocabularySize}, the vocab_size of config.json, got ${largest}. ` +
      `Check that the file belongs to this model.`,
    { path, expected: vocabularySize, actual: largest },
  );
}

function requireTypes(largest: number, { tokenTypeCount, path }: { tokenTypeCount: number; path: string }): void {
  if (largest < tokenTypeCount) return;
  throw new InvalidModelFileError(
    `${path}: every token type of post_processor must be below ${tokenTypeCount}, the type_vocab_size of config.json, ` +
      `got ${largest}. Check that the file belongs to this model; if it does not use types, list only input_ids and ` +
      `attention_mask as model_input_names in tokenizer_config.json.`,
    { path, expected: tokenTypeCount, actual: largest },
  );
}

function largestId(specialTokens: Int32Array, { model, added_tokens: added = [] }: TokenizerIds): number {
  // A list's tokens have their positions for ids.
  const vocabulary = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab as object);
  return [vocabulary as number[], added.map(({ id }) => id), [...specialTokens]]
    .flat()
    .reduce((largest, id) => Math.max(largest, id), 0);
}
