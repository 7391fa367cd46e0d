import { expect, test } from "vitest";

import { listNames, quote, showShape, showValue } from "../../../src/safetensors/message-text.js";

test("quotes names and escapes what would break a line", () => {
  expect(quote('a "b"\n')).toBe('"a \\"b\\"\\n"');
});

test.each([
  [[], ""],
  [["a"], '"a"'],
  [["a", "b", "c", "d", "e"], '"a", "b", "c", "d", "e"'],
  [["a", "b", "c", "d", "e", "f", "g"], '"a", "b", "c", "d", "e" and 2 more'],
])("lists %j", (names, text) => {
  expect(listNames(names)).toBe(text);
});

test("shows shapes as in Python", () => {
  expect(showShape([2304, 768])).toBe("[2304, 768]");
  expect(showShape([])).toBe("[]");
});

test.each([
  ["text", '"text"'],
  [undefined, "undefined"],
  [[1, [2, [3]]], "[ 1, [Array] ]"],
  [{ a: { b: 1 } }, "{ a: [Object] }"],
])("shows the value %j", (value, text) => {
  expect(showValue(value)).toBe(text);
});

test("cuts what is absurdly long", () => {
  const long = "x".repeat(1e6);
  for (const text of [
    quote(long),
    showValue(long),
    showValue({ [long]: 1 }),
    showShape(Array(1e6).fill(1) as number[]),
  ]) {
    expect(text).toMatch(/^.{200}…$/);
  }
});
