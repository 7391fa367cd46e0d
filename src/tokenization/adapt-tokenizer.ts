/**
 * `tokenizer.json` as `@huggingface/tokenizers` must get it so that its ids are the reference's.
 *
 * What that library (0.2.0) does otherwise than the Rust one was found by running both on 8,000 random texts.
 */
import { requireSupported } from "./parse-field.js";
import { type Step, stepsOf, type TokenizerJson } from "./tokenizer-json.js";

const unicodeForms = ["NFC", "NFD", "NFKC", "NFKD"];
const normalizers = [
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
const preTokenizers = ["ByteLevel", "BertPreTokenizer", "WhitespaceSplit", "Metaspace", "Split"];

/** The expression of GPT-2, as a file would write it. */
const byteLevelPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * Refuses what would give wrong ids, and rewrites what can be said in a way that gives the right ones.
 *
 * Special tokens and decoding are left out: pairs are assembled after truncation, and nothing is decoded.
 *
 * @throws {UnsupportedModelError} If a normalizer, pre-tokenizer or added token is not handled as the reference does.
 */
export function adaptTokenizer(json: TokenizerJson, path: string): object {
  const { normalizer, pre_tokenizer: preTokenizer } = json;
  for (const { type } of stepsOf(normalizer)) {
    requireSupported(normalizers, { value: type, path, field: "normalizer.type" });
  }
  for (const { type } of stepsOf(preTokenizer)) {
    requireSupported(preTokenizers, { value: type, path, field: "pre_tokenizer.type" });
  }
  json.added_tokens.forEach(({ single_word: isSingleWord }, index) => {
    requireSupported([false], { value: isSingleWord, path, field: `added_tokens.${index}.single_word` });
  });
  const pretokenizers = stepsOf(preTokenizer).flatMap(withNamedPattern);
  return { ...json, pre_tokenizer: { type: "Sequence", pretokenizers }, post_processor: null, decoder: null };
}

/**
 * Takes the expression out of a ByteLevel step, so that the library translates it from Oniguruma.
 *
 * Its built-in one has JavaScript's `\s`, which takes U+FEFF for white space and U+0085 for none. With
 * `add_prefix_space` it must stay: each word would get a space, not each text.
 */
function withNamedPattern(step: Step): Step[] {
  if (step.type !== "ByteLevel" || step["use_regex"] === false || step["add_prefix_space"] === true) return [step];
  return [
    { type: "Split", pattern: { Regex: byteLevelPattern }, behavior: "Isolated", invert: false },
    { ...step, use_regex: false },
  ];
}
