import { expect, test } from "vitest";
import { checkTokenIds } from "../../../src/inference/check-token-ids.js";
import { PairTokenizer } from "../../../src/tokenization/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const path = "/model/tokenizer.json";

/** A tokenizer of two words whose [SEP] has the id 2. */
function tokenizerJson(change: { word?: number; added?: number; special?: number } = {}): object {
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const separator = { SpecialToken: { id: "[SEP]", type_id: 0 } };
  return {
    added_tokens: [{ id: change.added ?? 2, content: "[SEP]" }],
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: {
      type: "TemplateProcessing",
      pair: [sequence("A"), separator, sequence("B")],
      special_tokens: { "[SEP]": { ids: [change.special ?? 2] } },
    },
    model: {
      type: "WordPiece",
      unk_token: "one",
      continuing_subword_prefix: "##",
      vocab: { one: 0, two: change.word ?? 1, "[SEP]": 2 },
    },
  };
}

function check(json: object, vocabularySize: number): void {
  checkTokenIds(PairTokenizer.fromJson(json, {}), json, { vocabularySize, path });
}

test("takes ids that are all below the vocabulary's size, and a size that is larger than it need be", () => {
  expect(() => check(tokenizerJson(), 3)).not.toThrow();
  expect(() => check(tokenizerJson(), 64)).not.toThrow();
});

test.each([
  ["a word", { word: 9 }],
  ["an added token", { added: 9 }],
  ["a special token of the pair's template", { special: 9 }],
])("refuses %s without a row in the embedding table", async (_, change) => {
  const error = await thrownBy(() => check(tokenizerJson(change), 9));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain(`${path}: every token's id must be below 9, the vocab_size of config.json, got 9.`);
  expect(error.details).toEqual({ path, expected: 9, actual: 9 });
});

test("refuses token types without a row in their table, but where there is none or they are not used", async () => {
  const sequence = (id: string, typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const template = { type: "TemplateProcessing", pair: [sequence("A", 0), sequence("B", 1)], special_tokens: {} };
  const json = { ...tokenizerJson(), post_processor: template };
  const checkTypes = (tokenTypeCount: number | undefined, config: object = {}) =>
    checkTokenIds(PairTokenizer.fromJson(json, config), json, {
      vocabularySize: 9,
      path,
      ...(tokenTypeCount !== undefined && { tokenTypeCount }),
    });
  for (const count of [2, undefined]) expect(() => checkTypes(count)).not.toThrow();
  expect(() => checkTypes(1, { model_input_names: ["input_ids", "attention_mask"] })).not.toThrow();
  const error = await thrownBy(() => checkTypes(1));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain(`${path}: every token type of post_processor must be below 1, the type_vocab_size`);
  expect(error.details).toEqual({ path, expected: 1, actual: 1 });
});

test("takes the places of a Unigram's list for its ids", async () => {
  const model = {
    type: "Unigram",
    unk_id: 0,
    vocab: [
      ["<unk>", 0],
      ["a", -1],
      ["b", -2],
      ["c", -3],
    ],
  };
  const json = { ...tokenizerJson(), model };
  expect(() => check(json, 4)).not.toThrow();
  expect((await thrownBy(() => check(json, 3))).details).toMatchObject({ expected: 3, actual: 3 });
});
