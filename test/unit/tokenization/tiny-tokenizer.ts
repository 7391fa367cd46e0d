import { PairTokenizer } from "../../../src/tokenization/index.js";

/** A `tokenizer.json`, or a part of one, that tests change at will. */
export type Json = Record<string, unknown>;

const specialTokens = ["[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({
  id,
  content,
  special: true,
  normalized: false,
}));

const special = (id: string, typeId: number) => ({ SpecialToken: { id, type_id: typeId } });
const sequence = (id: string, typeId: number) => ({ Sequence: { id, type_id: typeId } });

/** `[CLS] A [SEP] B [SEP]`, with type 1 from B on. */
export const bertTemplate: Json & { type: string } = {
  type: "TemplateProcessing",
  single: [],
  pair: [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0), sequence("B", 1), special("[SEP]", 1)],
  special_tokens: { "[CLS]": { id: "[CLS]", ids: [1] }, "[SEP]": { id: "[SEP]", ids: [2] } },
};

/** One token for each letter from `a` (10) to `z` (35), written as words: `"a b c"` is 10, 11, 12. */
export function wordJson(changes: Json = {}): Json {
  const letters = Array.from({ length: 26 }, (_, index) => [String.fromCharCode(97 + index), 10 + index]);
  return {
    added_tokens: specialTokens,
    normalizer: null,
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: bertTemplate,
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      vocab: Object.fromEntries([["[UNK]", 0], ["[CLS]", 1], ["[SEP]", 2], ...letters]) as Json,
    },
    ...changes,
  };
}

/** Byte-level BPE over printable ASCII, space, line feed and the bytes of U+0085 and U+FEFF. */
export function byteJson(changes: Json = {}): Json {
  const ascii = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const merges = [
    ["Ġ", "t"],
    ["h", "e"],
    ["Ġt", "he"],
    ["Ġ", "Â"],
    ["Ġ", "ï"],
    ["Ġ", "Ġ"],
    [".", "Ċ"],
  ];
  const tokens = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    ...ascii,
    "Ġ",
    "Ċ",
    "Â",
    "ħ",
    "ï",
    "»",
    "¿",
    ...merges.map((merge) => merge.join("")),
  ];
  return {
    added_tokens: specialTokens,
    normalizer: { type: "NFC" },
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    post_processor: bertTemplate,
    model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
    ...changes,
  };
}

/** A tokenizer's tokens, as text, for the document of a pair. */
export function byteTokens(document: string, json: Json = byteJson()): string[] {
  const { vocab } = json["model"] as { vocab: Record<string, number> };
  const tokens = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  const { inputIds } = PairTokenizer.fromJson(json, {}).tokenize(["", document], 1000);
  return [...inputIds].slice(2, -1).map((id) => tokens.get(id) ?? "");
}

/** Hard to cut for {@link byteJson}: merges reach over white space, and the long run of emoji has no tokens at all. */
const whiteSpace = [" ", " ", " ", "   ", "\n", ".\n", "\t", "\u0085"];
const pieces = [...whiteSpace, "the", "he", "t", "'s", "42", ".", "[SEP]", "é", "一", "\u0301", "🔥".repeat(60)];

/** A text of at most `length` random pieces. */
export function randomText(random: () => number, length: number): string {
  return Array.from({ length: random() * length }, () => pieces[Math.floor(random() * pieces.length)]).join("");
}
