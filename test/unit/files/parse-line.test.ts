import { describe, expect, test } from "vitest";

import { parseDocument, parsePair } from "../../../src/files/parse-line.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { lineOf } from "./line-of.js";

describe("pairs", () => {
  test.each([
    ["a list", '["how?","so"]', ["how?", "so"]],
    ["an object", '{"query":"how?","document":"so"}', ["how?", "so"]],
    ["an object with other keys", '{"id":7,"document":"so","query":"how?","label":1}', ["how?", "so"]],
    ["empty texts", '["",""]', ["", ""]],
    ["white space around", ' ["how?","so"] ', ["how?", "so"]],
    ["a line separator in a text", '["how\u2028?","so"]', ["how\u2028?", "so"]],
  ])("takes %s", (_, text, pair) => {
    expect(parsePair(lineOf(text))).toEqual(pair);
  });

  test.each([
    ["three texts", '["a","b","c"]', "got a list of 3 (string, string, string)"],
    ["one text", '["a"]', "got a list of 1 (string)"],
    ["a number for a document", '["a",1]', "got a list of 2 (string, number)"],
    ["an object without a document", '{"query":"a","text":"b"}', "got an object (query: string, text: string)"],
    ["null for a query", '{"query":null,"document":"b"}', "got an object (query: null, document: string)"],
    ["a list for a query", '{"query":[],"document":"b"}', "got an object (query: list, document: string)"],
    ["a text", '"a"', "got string"],
    ["null", "null", "got null"],
  ])("refuses %s, naming file and line", async (_, text, got) => {
    const error = await thrownBy(() => parsePair(lineOf(text)));
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.details).toEqual({ path: "pairs.jsonl", line: 3 });
    expect(error.message).toBe(
      `Line 3 of pairs.jsonl must be ["query", "document"] or {"query": "…", "document": "…"}, ${got}.`,
    );
  });

  test.each(["", "{", '["a","b"', "query,document"])("refuses %j as no JSON", async (text) => {
    const error = await thrownBy(() => parsePair(lineOf(text)));
    expect(error.message).toMatch(/^Line 3 of pairs\.jsonl must be JSON, but is not: /);
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });
});

describe("documents", () => {
  test.each([
    ["a string", '"so"', "so"],
    ["an object", '{"text":"so","id":1}', "so"],
    ["an empty text", '""', ""],
  ])("takes %s", (_, text, document) => {
    expect(parseDocument(lineOf(text))).toBe(document);
  });

  test.each([
    ["a list", '["so"]', "got a list of 1 (string)"],
    ["an object without text", '{"document":"so"}', "got an object (document: string)"],
    ["a number", "1", "got number"],
  ])("refuses %s", async (_, text, got) => {
    const error = await thrownBy(() => parseDocument(lineOf(text)));
    expect(error.message).toBe(`Line 3 of pairs.jsonl must be a string or {"text": "…"}, ${got}.`);
  });
});
