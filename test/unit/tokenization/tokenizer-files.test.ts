import { describe, expect, test } from "vitest";
import { PairTokenizer } from "../../../src/tokenization/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { byteJson, byteTokens, type Json, wordJson } from "./tiny-tokenizer.js";

const paths = { tokenizerJson: "m/tokenizer.json", tokenizerConfig: "m/tokenizer_config.json" };

const load = (json: unknown, config: unknown = {}) => thrownBy(() => PairTokenizer.fromJson(json, config, paths));

const wordModel = wordJson()["model"] as Json;
const byteModel = byteJson()["model"] as Json;
const wordModelWith = (changes: Json) => wordJson({ model: { ...wordModel, ...changes } });
const byteModelWith = (changes: Json) => byteJson({ model: { ...byteModel, ...changes } });

describe("a malformed tokenizer.json is refused, naming the field:", () => {
  test.each<[name: string, json: unknown, field: string]>([
    ["null", null, ""],
    ["an array", [], ""],
    ["a text", "{}", ""],
    ["an empty object", {}, "model"],
    ["no model", wordJson({ model: null }), "model"],
    ["a model that is an array", wordJson({ model: [] }), "model"],
    ["a model type that is a number", wordModelWith({ type: 7 }), "model.type"],
    ["no vocabulary", wordModelWith({ vocab: undefined }), "model.vocab"],
    ["a vocabulary that is an array", wordModelWith({ vocab: [] }), "model.vocab"],
    ["an id that is a text", wordModelWith({ vocab: { "[UNK]": "0" } }), "model.vocab"],
    ["an id beyond 32 bits", wordModelWith({ vocab: { "[UNK]": 2 ** 31 } }), "model.vocab"],
    ["a negative id", wordModelWith({ vocab: { "[UNK]": -1 } }), "model.vocab"],
    ["an unknown token outside the vocabulary", wordModelWith({ unk_token: "?" }), "model"],
    ["no prefix for WordPiece", wordModelWith({ continuing_subword_prefix: null }), "model.continuing_subword_prefix"],
    ["no merges", byteModelWith({ merges: undefined }), "model.merges"],
    ["merges of two kinds", byteModelWith({ merges: ["a b", ["c", "d"]] }), "model.merges"],
    [
      "a Unigram without its unknown token",
      wordJson({ model: { type: "Unigram", vocab: [["a", -1]], unk_id: 1 } }),
      "model",
    ],
    ["added tokens that are no list", wordJson({ added_tokens: {} }), "added_tokens"],
    ["an added token that is null", wordJson({ added_tokens: [null] }), "added_tokens.0"],
    ["an empty added token", wordJson({ added_tokens: [{ id: 1, content: "" }] }), "added_tokens.0.content"],
    ["a normalizer that is a text", wordJson({ normalizer: "NFC" }), "normalizer"],
    ["a pre-tokenizer without a type", wordJson({ pre_tokenizer: {} }), "pre_tokenizer.type"],
    ["a pre-tokenizer without its pattern", wordJson({ pre_tokenizer: { type: "Split" } }), "pre_tokenizer"],
    ["a pattern of no kind", wordJson({ normalizer: { type: "Replace", pattern: {} } }), "normalizer.pattern"],
    [
      "steps that are no list",
      wordJson({ normalizer: { type: "Sequence", normalizers: {} } }),
      "normalizer.normalizers",
    ],
    [
      "a template that is no list",
      wordJson({ post_processor: { type: "TemplateProcessing", pair: {} } }),
      "post_processor.pair",
    ],
    [
      "a separator without an id",
      wordJson({ post_processor: { type: "BertProcessing", cls: ["a", 1], sep: ["b"] } }),
      "post_processor.sep",
    ],
  ])("%s", async (_name, json, field) => {
    const error = await load(json);
    expect(error).toMatchObject({ name: "InvalidModelFileError", details: { path: "m/tokenizer.json", field } });
    expect(error.message).toContain(`m/tokenizer.json: ${field || "the file"} is not valid.`);
  });
});

describe("a malformed tokenizer_config.json is refused, naming the field:", () => {
  test.each<[name: string, config: unknown, field: string]>([
    ["null", null, ""],
    ["an array", [], ""],
    ["a maximum length that is a text", { model_max_length: "512" }, "model_max_length"],
    ["a maximum length of 0", { model_max_length: 0 }, "model_max_length"],
    ["input names that are a text", { model_input_names: "input_ids" }, "model_input_names"],
  ])("%s", async (_name, config, field) => {
    const error = await load(wordJson(), config);
    expect(error).toMatchObject({ name: "InvalidModelFileError", details: { path: "m/tokenizer_config.json", field } });
  });
});

describe("what would give other ids than the reference's is refused, naming field and value:", () => {
  test.each<[name: string, json: Json, field: string, value: unknown]>([
    ["a model type", wordModelWith({ type: "WordLevel" }), "model.type", "WordLevel"],
    ["a model type with a method's name", wordModelWith({ type: "toString" }), "model.type", "toString"],
    ["a normalizer", wordJson({ normalizer: { type: "Nmt" } }), "normalizer.type", "Nmt"],
    [
      "a pre-tokenizer",
      wordJson({ pre_tokenizer: { type: "UnicodeScripts" } }),
      "pre_tokenizer.type",
      "UnicodeScripts",
    ],
    [
      "a pre-tokenizer in a Sequence",
      wordJson({ pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits" }] } }),
      "pre_tokenizer.type",
      "Digits",
    ],
    [
      "an added token that counts only as a word",
      wordJson({ added_tokens: [{ id: 1, content: "x", single_word: true }] }),
      "added_tokens.0.single_word",
      true,
    ],
    ["truncation on the left", wordJson({ truncation: { direction: "Left" } }), "truncation.direction", "Left"],
  ])("%s", async (_name, json, field, value) => {
    expect(await load(json)).toMatchObject({
      name: "UnsupportedModelError",
      details: { path: "m/tokenizer.json", field, value },
    });
  });

  test("truncation on the left in tokenizer_config.json", async () => {
    const details = { path: "m/tokenizer_config.json", field: "truncation_side", value: "left", supported: ["right"] };
    expect(await load(wordJson(), { truncation_side: "left" })).toMatchObject({
      name: "UnsupportedModelError",
      details,
    });
  });
});

test("passes on what @huggingface/tokenizers could not build as the cause", async () => {
  const preTokenizer = { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" };
  const error = await load(wordJson({ pre_tokenizer: preTokenizer }));
  expect(error).toMatchObject({ name: "InvalidModelFileError", details: { path: "m/tokenizer.json" } });
  expect(error.cause).toBeInstanceOf(Error);
});

test("keeps a token that is called __proto__", () => {
  const vocab = JSON.parse('{ "[UNK]": 0, "__proto__": 5 }') as Json;
  const json = wordJson({ model: { ...wordModel, vocab }, pre_tokenizer: { type: "WhitespaceSplit" } });
  expect([...PairTokenizer.fromJson(json, {}).tokenize(["", "__proto__"], 8).inputIds]).toEqual([1, 2, 5, 2]);
});

test.each([
  ["BPE", byteJson()],
  ["WordPiece", wordJson()],
])("finds out that a model without a type is %s", (_name, json) => {
  const untyped = { ...json, model: { ...(json["model"] as Json), type: undefined } };
  const idsOf = (file: Json) => PairTokenizer.fromJson(file, {}).tokenize(["a", "the"], 16).inputIds;
  expect(idsOf(untyped)).toEqual(idsOf(json));
});

test("reads merges that are written as texts", () => {
  expect(byteTokens("a the", byteModelWith({ merges: ["Ġ t", "h e", "Ġt he"] }))).toEqual(["a", "Ġthe"]);
});

test("takes the config's truncation side over the tokenizer's", () => {
  const json = wordJson({ truncation: { direction: "Left" } });
  expect(PairTokenizer.fromJson(json, { truncation_side: "right" })).toBeInstanceOf(PairTokenizer);
});
