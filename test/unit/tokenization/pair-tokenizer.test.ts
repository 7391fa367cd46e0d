import { describe, expect, test } from "vitest";
import { PairTokenizer, type TextPair } from "../../../src/tokenization/index.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { byteJson, byteTokens, randomText, wordJson } from "./tiny-tokenizer.js";

const words = PairTokenizer.fromJson(wordJson(), {});
const bytes = PairTokenizer.fromJson(byteJson(), {});

describe("a pair", () => {
  test("is [CLS] query [SEP] document [SEP]", () => {
    const { inputIds, truncatedTokens } = words.tokenize(["a b", "c d e"], 8);
    expect([...inputIds]).toEqual([1, 10, 11, 2, 12, 13, 14, 2]);
    expect(truncatedTokens).toBe(0);
  });

  test("has its special tokens also when both texts are empty", () => {
    expect([...words.tokenize(["", ""], 8).inputIds]).toEqual([1, 2, 2]);
  });

  test("takes special tokens that are written in a text for what they say", () => {
    expect([...words.tokenize(["a [SEP] b", "[CLS]"], 8).inputIds]).toEqual([1, 10, 2, 11, 2, 1, 2]);
  });

  test("follows a template with the document first", () => {
    const postProcessor = { type: "TemplateProcessing", special_tokens: {}, pair: [text("B", 1), text("A", 0)] };
    const { inputIds, tokenTypeIds } = PairTokenizer.fromJson(wordJson({ post_processor: postProcessor }), {}).tokenize(
      ["a", "b c"],
      8,
    );
    expect([...inputIds]).toEqual([11, 12, 10]);
    expect([...(tokenTypeIds ?? [])]).toEqual([1, 1, 0]);
  });
});

describe("truncation", () => {
  test("cuts both texts at their ends and keeps every special token", () => {
    const { inputIds, truncatedTokens } = words.tokenize(["a b c d e f", "k l m n o p"], 10);
    expect([...inputIds]).toEqual([1, 10, 11, 12, 2, 20, 21, 22, 23, 2]);
    expect(truncatedTokens).toBe(5);
  });

  test("leaves only the special tokens of a pair at the least maximum length", () => {
    const { inputIds, truncatedTokens } = words.tokenize(["a b", "c"], 3);
    expect([...inputIds]).toEqual([1, 2, 2]);
    expect(truncatedTokens).toBe(3);
  });

  test.each([2, 0, -1, 7.5, NaN, Infinity])("refuses a maximum length of %d", async (maxLength) => {
    const error = await thrownBy(() => words.tokenize(["a", "b"], maxLength));
    expect(error.name).toBe("InvalidOptionsError");
    expect(error.message).toBe(
      `maxLength must be an integer of at least 3, the special tokens of a pair, got ${maxLength}.`,
    );
  });
});

describe("token types", () => {
  const typesOf = (json: object, config: object) =>
    PairTokenizer.fromJson(json, config).tokenize(["a", "b c"], 8).tokenTypeIds;
  const oneType = wordJson({ post_processor: { type: "RobertaProcessing", cls: ["<s>", 1], sep: ["</s>", 2] } });

  test("are given if the model's inputs list them", () => {
    const config = { model_input_names: ["input_ids", "token_type_ids"] };
    expect([...(typesOf(wordJson(), config) ?? [])]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...(typesOf(oneType, config) ?? [])]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("are left out if the model's inputs do not list them", () => {
    expect(typesOf(wordJson(), { model_input_names: ["input_ids", "attention_mask"] })).toBeUndefined();
  });

  test("are given without such a list if the template tells the texts apart", () => {
    expect(typesOf(wordJson(), {})).toBeDefined();
    expect(typesOf(oneType, {})).toBeUndefined();
  });
});

describe("white space as the reference sees it", () => {
  test("U+0085 is white space", () => {
    expect(byteTokens("a \u0085b")).toEqual(["a", "Ġ", "Â", "ħ", "b"]);
  });

  test("U+FEFF is none", () => {
    expect(byteTokens("a \ufeffb")).toEqual(["a", "Ġï", "»", "¿", "b"]);
  });

  test("a space is put before each text, not each word, where the file asks for it", () => {
    const json = byteJson({ pre_tokenizer: { type: "ByteLevel", add_prefix_space: true } });
    expect(byteTokens("the a,b", json)).toEqual(["Ġthe", "Ġ", "a", ",", "b"]);
  });
});

describe("stopping early", () => {
  test("gives the ids of the whole text, and tells whether any was cut", () => {
    for (const [pair, maxLength] of randomPairs(300)) {
      const whole = bytes.tokenize(pair, maxLength);
      const early = bytes.tokenize(pair, maxLength, { stopsEarly: true });
      expect(early.inputIds, JSON.stringify([pair, maxLength])).toEqual(whole.inputIds);
      expect(early.truncatedTokens > 0).toBe(whole.truncatedTokens > 0);
      expect(early.truncatedTokens).toBeLessThanOrEqual(whole.truncatedTokens);
    }
  });

  test("reads no more of a long document than it needs", () => {
    const document = "the then. ".repeat(10_000);
    expect(bytes.tokenize(["a", document], 32).truncatedTokens).toBeGreaterThan(10_000);
    expect(bytes.tokenize(["a", document], 32, { stopsEarly: true }).truncatedTokens).toBeLessThan(200);
  });
});

describe("passages", () => {
  const passagesOf = (pair: TextPair, maxLength: number, tokenizer = words) => [
    ...tokenizer.tokenizePassages(pair, maxLength),
  ];
  const textsOf = (pair: TextPair, maxLength: number) =>
    passagesOf(pair, maxLength).map(({ start, end }) => pair[1].slice(start, end));

  test.each<[name: string, pair: TextPair]>([
    ["a document that fits", ["a b", "c d e"]],
    ["an empty document", ["a b", ""]],
    ["a document that truncation would leave whole, but not the query", ["a b c d e f g", "x"]],
  ])("of %s are itself, tokenized as ever", (_, pair) => {
    const [passage, ...others] = passagesOf(pair, 8);
    expect(passage).toEqual({ start: 0, end: pair[1].length, pair: words.tokenize(pair, 8, { stopsEarly: true }) });
    expect(others).toEqual([]);
  });

  test("have the room that the query leaves", () => {
    expect(textsOf(["a b", "c d e\nf g h i\nk l"], 9)).toEqual(["c d e\n", "f g h i\n", "k l"]);
  });

  test("have half of the room beside a long query, which is cut", () => {
    const pair: TextPair = ["a b c d e f g h", "k l m\nn o p q\nr s"];
    expect(textsOf(pair, 12)).toEqual(["k l m\n", "n o p q\n", "r s"]);
    const [, second] = passagesOf(pair, 12);
    expect([...(second?.pair.inputIds ?? [])]).toEqual([1, 10, 11, 12, 13, 14, 2, 23, 24, 25, 26, 2]);
  });

  test("are tokenized as they would be alone, and whole", () => {
    for (const [pair, maxLength] of randomPairs(200)) {
      if (maxLength < 13) continue;
      for (const { start, end, pair: tokenized } of passagesOf(pair, maxLength, bytes)) {
        const text = pair[1].slice(start, end);
        expect(tokenized.inputIds).toEqual(bytes.tokenize([pair[0], text], maxLength).inputIds);
        expect([...tokenized.inputIds].slice(-countOf(text) - 1, -1)).toEqual(idsOf(text));
      }
    }
  });

  test("of a document beyond all hope are split without reading it whole first", () => {
    const passages = passagesOf(["a", "b".repeat(1000)], 8);
    expect(passages).toHaveLength(1);
    expect([...(passages[0]?.pair.inputIds ?? [])]).toEqual([1, 10, 2, 0, 2]);
  });

  test.each([3, 4])("are refused where there is no room for them: maxLength %d", async (maxLength) => {
    const error = await thrownBy(() => passagesOf(["a", "b c"], maxLength));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain(`maxLength must leave room for a token of the document, got ${maxLength}.`);
  });
});

test("tokenizes a query anew when it changes", () => {
  const queries = ["a", "b", "b", "a"].map((query) => words.tokenize([query, "c"], 8).inputIds[1]);
  expect(queries).toEqual([10, 11, 11, 10]);
});

test("tells what the model's files say of lengths", () => {
  expect(words.specialTokenCount).toBe(3);
  expect(words.modelMaxLength).toBe(Infinity);
  expect(PairTokenizer.fromJson(wordJson(), { model_max_length: 512 }).modelMaxLength).toBe(512);
});

/** Ids of a document's text. */
function idsOf(document: string): number[] {
  return [...bytes.tokenize(["", document], 10_000).inputIds].slice(2, -1);
}

function countOf(document: string): number {
  return idsOf(document).length;
}

function text(id: "A" | "B", typeId: number): object {
  return { Sequence: { id, type_id: typeId } };
}

function* randomPairs(count: number): Generator<[TextPair, number]> {
  const random = seededRandom(1);
  for (let index = 0; index < count; index += 1) {
    yield [[randomText(random, 20), randomText(random, 120)], 3 + Math.floor(random() * 20)];
  }
}
