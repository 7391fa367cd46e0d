/**
 * Where a text can be cut so that its parts, tokenized one by one, give the tokens of the whole.
 *
 * The place is before white space, after a letter, digit or punctuation mark. Nothing reaches over it or looks past it:
 * - NFC, BertNormalizer: white space composes with nothing before it, and ends the context of a final sigma.
 * - ByteLevel: a word has no white space but a space at its start, and `\s+(?!\S)` looks on only from white space.
 * - BertPreTokenizer: white space is between words.
 * - BPE, WordPiece: they see one word at a time; only `fuse_unk` joins what several words gave.
 * - Added tokens: one that reached over the place would hold white space after another character, and one that takes
 *   the white space behind it has `rstrip`.
 */
import { type Component, stepsOf, type TokenizerJson } from "./tokenizer-json.js";

const splittingPlace = /(?<=[\p{L}\p{N}\p{P}])[ \t\r\n]/gu;

/** Tells whether a tokenizer has only parts for which the above holds. */
export function isSplittable({
  normalizer,
  pre_tokenizer: preTokenizer,
  model,
  added_tokens: addedTokens,
}: TokenizerJson): boolean {
  return (
    stepsOf(normalizer).every(({ type }) => type === "NFC" || type === "BertNormalizer") &&
    splitsAtWhiteSpace(preTokenizer) &&
    (model.type === "BPE" || model.type === "WordPiece") &&
    model.fuse_unk !== true &&
    addedTokens.every(({ content, rstrip }) => !rstrip && !/\S\s/.test(content))
  );
}

function splitsAtWhiteSpace(preTokenizer: Component | null): boolean {
  if (preTokenizer?.type !== "ByteLevel") return preTokenizer?.type === "BertPreTokenizer";
  return preTokenizer["use_regex"] !== false && preTokenizer["add_prefix_space"] !== true;
}

/** The first place at or after `from` where a text can be cut, or its length. */
export function findSplit(text: string, from: number): number {
  splittingPlace.lastIndex = from;
  return splittingPlace.exec(text)?.index ?? text.length;
}
