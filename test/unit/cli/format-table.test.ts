import { describe, expect, test } from "vitest";

import { formatFacts, formatTable } from "../../../src/cli/format-table.js";

describe("tables", () => {
  test("sets the last column to the left and the others to the right", () => {
    const rows = [
      ["1", "0.9000", "first"],
      ["10", "-12.5000", "tenth"],
    ];
    expect(formatTable(["rank", "score", "document"], rows, Infinity)).toBe(
      "rank     score  document\n" + "   1    0.9000  first\n" + "  10  -12.5000  tenth\n",
    );
  });

  test("is its titles without rows", () => {
    expect(formatTable(["rank", "document"], [], 80)).toBe("rank  document\n");
  });

  test("leaves no white space behind an empty text", () => {
    expect(formatTable(["rank", "document"], [["1", ""]], 80)).toBe("rank  document\n   1\n");
  });

  test("keeps a text with line breaks and control characters on one line", () => {
    expect(formatTable(["document"], [[" two\r\nlines,\u2028\u001b[31mred\u0000 "]], Infinity)).toBe(
      "document\ntwo lines, [31mred\n",
    );
  });
});

describe("a terminal's width", () => {
  function cutTo(room: number, text: string): string {
    const [, line = ""] = formatTable(["id", "document"], [["0", text]], room + 4).split("\n");
    return line.slice(4);
  }

  test.each([
    ["keeps what fits exactly", "x".repeat(20), "x".repeat(20)],
    ["marks a cut", "x".repeat(21), `${"x".repeat(19)}…`],
    ["counts East Asian text double", "漢".repeat(11), `${"漢".repeat(9)}…`],
    ["counts emoji double", "🎉".repeat(10), "🎉".repeat(10)],
    ["cuts no emoji in two", "🎉".repeat(11), `${"🎉".repeat(9)}…`],
    ["counts combining marks not at all", "e\u0301".repeat(20), "e\u0301".repeat(20)],
    ["keeps the marks of the last letter", "e\u0301".repeat(21), `${"e\u0301".repeat(19)}…`],
  ])("%s", (_, text, expected) => {
    expect(cutTo(20, text)).toBe(expected);
  });

  test("never hides the last column", () => {
    expect(cutTo(-4, "x".repeat(30))).toBe(`${"x".repeat(15)}…`);
  });
});

test("facts stand below each other", () => {
  const facts = [
    ["model", "nano"],
    ["maximum length", "8192 tokens"],
  ] as const;
  expect(formatFacts(facts)).toBe("model           nano\nmaximum length  8192 tokens\n");
});
