/**
 * `tokenizer.json` as `@huggingface/tokenizers` must get it so that its ids are the reference's.
 *
 * What that library (0.2.0) does otherwise than the Rust one was found by running both on random texts, some thousands
 * for each kind of tokenizer. One thing cannot be said in its words: see `chars-map.ts`.
 */
import { requireSupported } from "./parse-field.js";
import { type Step, stepsOf, type TokenizerJson } from "./tokenizer-json.js";

const unicodeForms = ["NFC", "NFD", "NFKC", "NFKD"];
const supportedNormalizers = [
  ...unicodeForms,
  "Lowercase",
  "StripAccents",
  "Strip",
  "Replace",
  "Prepend",
  "BertNormalizer",
  "Precompiled",
];

/** Without Whitespace, Punctuation, Digits and FixedLength: the library knows them, but they split otherwise there. */
const supportedPreTokenizers = ["ByteLevel", "BertPreTokenizer", "WhitespaceSplit", "Metaspace", "Split"];

/** The expression of GPT-2, as a file would write it. */
const byteLevelPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** A `tokenizer.json` for the library. */
export interface AdaptedTokenizer extends Record<string, unknown> {
  normalizer: { type: string; normalizers: readonly Step[] } | null;
}

/**
 * Refuses what would give wrong ids, and rewrites what can be said in a way that gives the right ones.
 *
 * Special tokens and decoding are left out: pairs are assembled after truncation, and nothing is decoded.
 *
 * @throws {UnsupportedModelError} If a normalizer, pre-tokenizer or added token is not handled as the reference does.
 */
export function adaptTokenizer(json: TokenizerJson, path: string): AdaptedTokenizer {
  const { normalizer, pre_tokenizer: preTokenizer } = json;
  for (const { type } of stepsOf(normalizer)) {
    requireSupported(supportedNormalizers, { value: type, path, field: "normalizer.type" });
  }
  for (const { type } of stepsOf(preTokenizer)) {
    requireSupported(supportedPreTokenizers, { value: type, path, field: "pre_tokenizer.type" });
  }
  json.added_tokens.forEach(({ single_word: isSingleWord }, index) => {
    requireSupported([false], { value: isSingleWord, path, field: `added_tokens.${index}.single_word` });
  });
  const pretokenizers = stepsOf(preTokenizer).flatMap(withNamedPattern);
  const normalizers = stepsOf(normalizer).flatMap(withUnicodeSpace);
  return {
    ...json,
    normalizer: normalizer && { type: "Sequence", normalizers },
    pre_tokenizer: { type: "Sequence", pretokenizers },
    post_processor: null,
    decoder: null,
  };
}

/**
 * Takes the expression out of a ByteLevel or WhitespaceSplit step, so that the library translates it from Oniguruma.
 *
 * Its built-in ones have JavaScript's `\s`, which takes U+FEFF for white space and U+0085 for none. With
 * `add_prefix_space` it must stay: each word would get a space, not each text.
 */
function withNamedPattern(step: Step): Step[] {
  if (step.type === "WhitespaceSplit") {
    return [{ type: "Split", pattern: { Regex: String.raw`\s+` }, behavior: "Removed", invert: false }];
  }
  if (step.type !== "ByteLevel" || step["use_regex"] === false || step["add_prefix_space"] === true) return [step];
  return [
    { type: "Split", pattern: { Regex: byteLevelPattern }, behavior: "Isolated", invert: false },
    { ...step, use_regex: false },
  ];
}

/** Writes a Strip step as the two replacements that it is, for the same reason: `trim()` has JavaScript's white space. */
function withUnicodeSpace(step: Step): Step[] {
  if (step.type !== "Strip") return [step];
  const strip = (Regex: string): Step => ({ type: "Replace", pattern: { Regex }, content: "" });
  return [
    ...(step["strip_left"] === true ? [strip(String.raw`^\s+`)] : []),
    ...(step["strip_right"] === true ? [strip(String.raw`\s+$`)] : []),
  ];
}
