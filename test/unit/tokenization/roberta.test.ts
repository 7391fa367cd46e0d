/** Tokenizers as RoBERTa's and XLM-RoBERTa's are. Ids of texts beyond ASCII are those of tokenizers 0.22.2. */
import { describe, expect, test } from "vitest";
import { PairTokenizer } from "../../../src/tokenization/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { byteJson } from "./tiny-tokenizer.js";
import { unigramJson } from "./tiny-unigram.js";

const processing = { type: "RobertaProcessing", cls: ["[CLS]", 1], sep: ["[SEP]", 2], add_prefix_space: false };

describe("a byte-level BPE with RoBERTa's pairs", () => {
  const tokenizer = PairTokenizer.fromJson(byteJson({ post_processor: processing }), { model_max_length: 512 });
  const idsOf = (query: string, document: string, maxLength = 512) => [
    ...tokenizer.tokenize([query, document], maxLength).inputIds,
  ];

  test("puts two separators between the texts, and none is left out for empty ones", () => {
    expect(idsOf("a", "b")).toEqual([1, 67, 2, 2, 68, 2]);
    expect(idsOf("", "b")).toEqual([1, 2, 2, 68, 2]);
    expect(idsOf("a", "")).toEqual([1, 67, 2, 2, 2]);
    expect(idsOf("", "")).toEqual([1, 2, 2, 2]);
  });

  test("cuts the longer text first and keeps all four special tokens", () => {
    expect(idsOf("abcd", "efghijkl", 9)).toEqual([1, 67, 68, 2, 2, 71, 72, 73, 2]);
    expect(idsOf("a", "b", 4)).toEqual([1, 2, 2, 2]);
  });

  test("has no token types", () => {
    expect(tokenizer.tokenize(["a", "b"], 512).tokenTypeIds).toBeUndefined();
    expect(tokenizer.largestTokenType).toBe(0);
  });
});

describe("a Unigram with a precompiled normalizer", () => {
  const tokenizer = PairTokenizer.fromJson(unigramJson(), {});

  test.each([
    ["a ab b", "Ａb", [0, 7, 10, 8, 2, 2, 12, 6, 2]],
    ["", "a\u0301", [0, 2, 2, 7, 3, 2]],
    ["  a\u00a0 b ", "<s>", [0, 7, 8, 2, 2, 0, 2]],
    ["ﬁ", "a\u0085b", [0, 16, 2, 2, 7, 8, 2]],
    ["½", "zz q", [0, 4, 17, 18, 19, 2, 2, 4, 3, 4, 3, 2]],
    ["a\r\nb", "＜s＞", [0, 7, 8, 2, 2, 4, 3, 2]],
    ["e\u0301", "a\u200db", [0, 22, 2, 2, 7, 23, 6, 2]],
    ["a\u200bb", "<mask>", [0, 7, 8, 2, 2, 26, 2]],
    ["a  <mask> b", "ﬁﬁﬁ", [0, 7, 26, 8, 2, 2, 16, 15, 15, 2]],
    ["日本", "\r\u0301a", [0, 4, 3, 2, 2, 4, 3, 5, 2]],
    ["", "", [0, 2, 2, 2]],
  ])("gives the reference's ids for %j and %j", (query, document, ids) => {
    expect([...tokenizer.tokenize([query, document], 512).inputIds]).toEqual(ids);
  });

  test("strips white space as the reference sees it", () => {
    const { normalizer } = unigramJson() as { normalizer: { normalizers: object[] } };
    const strip = { type: "Strip", strip_left: true, strip_right: true };
    const json = unigramJson({
      normalizer: { type: "Sequence", normalizers: [...normalizer.normalizers, strip] },
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    });
    const { inputIds } = PairTokenizer.fromJson(json, {}).tokenize([" \u0085a\u0085 ", ""], 512);
    expect([...inputIds]).toEqual([0, 7, 2, 2, 2]);
  });

  test.each([
    ["missing", undefined, "expected string"],
    ["cut short", "AAAAAA==", "It must begin with the length of its trie"],
  ])("is refused if its table is %s", async (_, charsMap, reason) => {
    const normalizer = { type: "Precompiled", precompiled_charsmap: charsMap };
    const error = await thrownBy(() => PairTokenizer.fromJson(unigramJson({ normalizer }), {}));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain("tokenizer.json: normalizer.precompiled_charsmap is not valid.");
    expect(error.message).toContain(reason);
  });
});
