import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** Rows of the tables, without their heads. */
const rows = readFileSync("test/PEER-TESTS.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (there |-)/.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\||\|$/g, "").trim()))
  .map(([there = "", here = ""]) => ({ there, here }));

const reference = /`(test\/[\w./-]+\.test\.ts)`: "([^"]+)"/g;

test("the table has dozens of rows", () => {
  expect(rows.length).toBeGreaterThan(40);
});

describe.each(rows)("$there", ({ here }) => {
  test("has a counterpart", () => {
    expect(here.replace(reference, "").replaceAll(" and ", "")).toBe("");
    expect(here).not.toBe("");
  });

  const references = [...here.matchAll(reference)].map(([, file = "", title = ""]) => ({ file, title }));
  test.each(references)("is asked by $file: $title", ({ file, title }) => {
    expect(textsIn(readFileSync(file, "utf8"))).toContain(title);
  });
});

/** All of a file's literal texts: a title is one of them, and no part of another. */
function textsIn(source: string): string[] {
  return [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text = ""]) => text);
}
