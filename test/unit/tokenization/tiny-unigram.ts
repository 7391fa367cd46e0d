import { compileCharsMap } from "../../helpers/compile-chars-map.js";
import type { Json } from "./tiny-tokenizer.js";

/** As in sentencepiece's own tables: compatibility forms, white space, a composition, and joiners left alone. */
export const charsMapTable = {
  Ａ: "A",
  ﬁ: "fi",
  "½": "1⁄2",
  "\r": " ",
  "\n": " ",
  "\u00a0": " ",
  "\u200b": " ",
  "\u0007": "",
  "e\u0301": "é",
};

const vocabulary = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "▁a", "▁b", "ab", "▁ab", "A", "▁A", "f", "i", "fi"];
const moreVocabulary = ["▁fi", "1", "⁄", "2", "e", "é", "▁é", "\u200d", ",", "▁<"];

/** Longer tokens cost less than their parts together. */
const scored = [...vocabulary, ...moreVocabulary].map((token, index) => [token, index < 4 ? 0 : -1 - index / 100]);

/** A tokenizer.json with the parts of XLM-RoBERTa's, over a few letters. */
export function unigramJson(changes: Json = {}): Json {
  const special = (content: string, id: number) => ({ id, content, special: true, normalized: false, lstrip: false });
  const symbol = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  return {
    added_tokens: [
      ...["<s>", "<pad>", "</s>", "<unk>"].map(special),
      { ...special("<mask>", scored.length), lstrip: true },
    ],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Precompiled", precompiled_charsmap: compileCharsMap(charsMapTable) },
        { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "WhitespaceSplit" },
        { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
      ],
    },
    post_processor: {
      type: "TemplateProcessing",
      single: [symbol("<s>"), sequence("A"), symbol("</s>")],
      pair: [symbol("<s>"), sequence("A"), symbol("</s>"), symbol("</s>"), sequence("B"), symbol("</s>")],
      special_tokens: {
        "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] },
        "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] },
      },
    },
    model: { type: "Unigram", unk_id: 3, vocab: scored, byte_fallback: false },
    ...changes,
  };
}
