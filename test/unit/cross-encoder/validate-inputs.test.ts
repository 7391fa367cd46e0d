import { describe, expect, test } from "vitest";

import { validatePairs, validateRankInput } from "../../../src/cross-encoder/validate-inputs.js";
import { thrownBy } from "../../helpers/thrown-by.js";

/** A text that must not be in any message. */
const secret = "the user's own text";

async function messageOf(action: () => unknown, details: object): Promise<string> {
  const error = await thrownBy(action);
  expect(error.code).toBe("INVALID_INPUT");
  expect(error.details).toEqual(details);
  expect(error.message).not.toContain(secret);
  return error.message;
}

function* generatePairs() {
  yield ["query", "document"];
}

describe("validatePairs takes", () => {
  test.each<[string, unknown[], boolean, number]>([
    ["a pair", ["query", "document"], true, 1],
    ["a pair of empty texts", ["", ""], true, 1],
    ["two texts, which are a pair even if two documents were meant", ["document 1", "document 2"], true, 1],
    [
      "a list of pairs",
      [
        ["query", "a"],
        ["query", "b"],
      ],
      false,
      2,
    ],
    ["a list of one pair, which stays a list", [["query", "document"]], false, 1],
    ["an empty list, which is one of pairs", [], false, 0],
    ["texts that look like something else", [["https://example.com/image.png", "[SEP]"]], false, 1],
  ])("%s", (_, input, isSingle, count) => {
    expect(validatePairs(input)).toEqual({ pairs: isSingle ? [input] : input, isSingle });
    expect(validatePairs(input).pairs).toHaveLength(count);
  });

  test("frozen pairs", () => {
    const pair = Object.freeze(["query", "document"] as const);
    expect(validatePairs(Object.freeze([pair])).isSingle).toBe(false);
  });
});

describe("validatePairs refuses", () => {
  test.each<[string, unknown, string]>([
    ["a bare text", secret, "string"],
    ["an object", { text: secret }, "object"],
    ["a generator", generatePairs(), "object"],
    ["a set", new Set([["query", "document"]]), "object"],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a number", 3, "number"],
  ])("%s", async (_, input, got) => {
    const message = await messageOf(() => validatePairs(input), { argument: "pairs" });
    expect(message).toBe(`predict() must get a pair [query, document] or a list of pairs, got ${got}.`);
  });

  test.each<[string, unknown[], string]>([
    ["one text in a list", [secret], "a list of 1 (string)"],
    ["three texts in a list", [secret, secret, secret], "a list of 3 (string)"],
    ["a pair with null", [null, secret], "a list of 2 (null, string)"],
    ["a pair with a number", [secret, 3], "a list of 2 (string, number)"],
    ["a pair of objects", [{ text: secret }, { text: secret }], "a list of 2 (object)"],
    ["a text and a list of texts", [secret, [secret, secret]], "a list of 2 (string, list)"],
    ["a pair without values", Array(2), "a list of 2 (undefined)"],
  ])("as a pair: %s", async (_, input, got) => {
    const message = await messageOf(() => validatePairs(input), { argument: "pairs" });
    expect(message).toBe(`The pair must be two texts, [query, document], got ${got}.`);
  });

  const pair = ["query", "document"];
  test.each<[string, unknown, string]>([
    ["a bare text", secret, "string"],
    ["null", null, "null"],
    ["an object of two texts", { 0: secret, 1: secret, length: 2 }, "object"],
    ["a list of one text", [secret], "a list of 1 (string)"],
    ["a list of three texts", [secret, secret, secret], "a list of 3 (string)"],
    ["an empty list", [], "a list of 0 ()"],
    ["a document that is undefined", [secret, undefined], "a list of 2 (string, undefined)"],
    ["a query that is a list", [[secret], secret], "a list of 2 (list, string)"],
    ["a list without values", Array(2), "a list of 2 (undefined)"],
  ])("by its index in a list: %s", async (_, bad, got) => {
    const message = await messageOf(() => validatePairs([pair, pair, bad, bad]), { argument: "pairs", index: 2 });
    expect(message).toBe(`The pair at index 2 must be two texts, [query, document], got ${got}.`);
  });

  test("by its index: a hole in a list", async () => {
    const pairs: unknown[] = [pair];
    pairs[2] = pair;
    await messageOf(() => validatePairs(pairs), { argument: "pairs", index: 1 });
  });

  test("a long list in a short message", async () => {
    const message = await messageOf(() => validatePairs(Array(100_000).fill(secret)), { argument: "pairs" });
    expect(message).toContain("got a list of 100000 (string)");
  });
});

describe("validateRankInput", () => {
  test.each<[string, unknown[]]>([
    ["texts", ["a", "b"]],
    ["empty texts", ["", ""]],
    ["no documents", []],
  ])("takes %s", (_, documents) => {
    expect(() => validateRankInput("", documents)).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ["a list", [secret], "a list of 1 (string)"],
    ["undefined", undefined, "undefined"],
    ["a number", 3, "number"],
  ])("refuses %s as the query", async (_, query, got) => {
    const message = await messageOf(() => validateRankInput(query, [secret]), { argument: "query" });
    expect(message).toBe(`The query must be a text, got ${got}.`);
  });

  test.each<[string, unknown, string]>([
    ["a text, which is not taken for a list of characters", secret, "string"],
    ["a set", new Set([secret]), "object"],
    ["null", null, "null"],
  ])("refuses %s as the documents", async (_, documents, got) => {
    const message = await messageOf(() => validateRankInput("query", documents), { argument: "documents" });
    expect(message).toBe(`The documents must be a list of texts, got ${got}.`);
  });

  test.each<[string, unknown, string]>([
    ["an object", { text: secret }, "object"],
    ["a list", [secret, secret], "a list of 2 (string)"],
    ["undefined", undefined, "undefined"],
  ])("refuses a document by its index: %s", async (_, bad, got) => {
    const details = { argument: "documents", index: 1 };
    const message = await messageOf(() => validateRankInput("query", [secret, bad, bad]), details);
    expect(message).toBe(`The document at index 1 must be a text, got ${got}.`);
  });

  test("refuses a hole among the documents by its index", async () => {
    const documents = [secret];
    documents[2] = secret;
    await messageOf(() => validateRankInput("query", documents), { argument: "documents", index: 1 });
  });
});
