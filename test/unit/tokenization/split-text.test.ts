import { expect, test } from "vitest";
import { PairTokenizer } from "../../../src/tokenization/index.js";
import { findSplit, isSplittable } from "../../../src/tokenization/split-text.js";
import { parseTokenizerJson } from "../../../src/tokenization/tokenizer-json.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { byteJson, type Json, randomText, wordJson } from "./tiny-tokenizer.js";

const addedToken = (changes: Json) => ({ added_tokens: [{ id: 3, content: "<x>", ...changes }] });

test.each([
  { text: "one two three", from: 0, place: 3 },
  { text: "one two three", from: 3, place: 3 },
  { text: "one two three", from: 4, place: 7 },
  { text: "one two", from: 4, place: 7 },
  { text: "one two", from: 100, place: 7 },
  { text: "one.  two", from: 0, place: 4 },
  { text: "one.  two", from: 5, place: 9 },
  { text: "一行目。\n二行目", from: 0, place: 4 },
  { text: "no\u00a0break\u000band more", from: 0, place: 12 },
  { text: "🔥 fire 🔥", from: 0, place: 7 },
  { text: "", from: 0, place: 0 },
])("cuts $text at $place, looking from $from", ({ text, from, place }) => {
  expect(findSplit(text, from)).toBe(place);
});

test.each([
  { name: "byte-level BPE", json: byteJson() },
  {
    name: "WordPiece of BERT",
    json: wordJson({ normalizer: { type: "BertNormalizer", clean_text: true, lowercase: true } }),
  },
])("cuts where the parts give the tokens of the whole, for $name", ({ json }) => {
  const random = seededRandom(2);
  const tokenizer = PairTokenizer.fromJson(json, {});
  const idsOf = (text: string) => [...tokenizer.tokenize(["", text], 1000).inputIds].slice(2, -1);
  for (let index = 0; index < 300; index += 1) {
    const text = randomText(random, 30);
    const place = findSplit(text, Math.floor((random() * text.length) / 2));
    expect([...idsOf(text.slice(0, place)), ...idsOf(text.slice(place))], JSON.stringify([text, place])).toEqual(
      idsOf(text),
    );
  }
});

test.each([
  { name: "byte-level BPE", json: byteJson() },
  { name: "WordPiece of BERT", json: wordJson({ normalizer: { type: "BertNormalizer" } }) },
  { name: "a token of many spaces", json: byteJson(addedToken({ content: "    " })) },
])("splits texts for $name", ({ json }) => {
  expect(isSplittable(parseTokenizerJson(json, "tokenizer.json"))).toBe(true);
});

test.each([
  { name: "a normalizer that sees the whole text", json: byteJson({ normalizer: { type: "Prepend", prepend: "_" } }) },
  { name: "no pre-tokenizer", json: byteJson({ pre_tokenizer: null }) },
  {
    name: "ByteLevel without its expression",
    json: byteJson({ pre_tokenizer: { type: "ByteLevel", use_regex: false } }),
  },
  {
    name: "a space before each text",
    json: byteJson({ pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } }),
  },
  { name: "joined unknown tokens", json: byteJson({ model: { ...(byteJson()["model"] as Json), fuse_unk: true } }) },
  { name: "an added token with a space inside", json: byteJson(addedToken({ content: "New York" })) },
  { name: "an added token that takes white space", json: byteJson(addedToken({ rstrip: true })) },
])("reads texts whole for $name", ({ json }) => {
  expect(isSplittable(parseTokenizerJson(json, "tokenizer.json"))).toBe(false);
});
