import { expect, test } from "vitest";
import { CharsMap } from "../../../src/tokenization/chars-map.js";
import { compileCharsMap } from "../../helpers/compile-chars-map.js";
import { charsMapTable } from "./tiny-unigram.js";

const map = new CharsMap(compileCharsMap(charsMapTable));

test.each([
  ["", ""],
  ["plain ASCII, as it is", "plain ASCII, as it is"],
  ["ＡＡ ﬁ½", "AA fi1⁄2"],
  ["a\u00a0\u200bb", "a  b"],
  ["a\u0007b", "ab"],
  ["日本語 ü 🔥", "日本語 ü 🔥"],
  ["👩‍👧", "👩‍👧"],
])("replaces what is in the table and nothing else: %j", (text, normalized) => {
  expect(map.normalize(text)).toBe(normalized);
});

test("looks up a letter with its accent as one", () => {
  expect(map.normalize("e\u0301 cafe\u0301s a\u0301")).toBe("é cafés a\u0301");
});

test("replaces a short grapheme as a whole by what its start becomes, as the reference does", () => {
  expect(map.normalize("a\r\nb")).toBe("a b");
  const accented = new CharsMap(compileCharsMap({ x: "y" }));
  expect(accented.normalize("x\u0301")).toBe("y");
  // Six bytes: each of its characters is looked up.
  expect(accented.normalize("x\u0301\u0301\u0301")).toBe("y\u0301\u0301\u0301");
});

test("replaces ASCII letters too, if the table has them", () => {
  const lowercase = new CharsMap(compileCharsMap({ A: "a", B: "b" }));
  expect(lowercase.normalize("ABBA Cd")).toBe("abba Cd");
});

test("looks at long texts in parts, which cut no grapheme", () => {
  const text = "日".repeat(4095) + "e\u0301" + "🔥ﬁ".repeat(5000);
  expect(map.normalize(text)).toBe("日".repeat(4095) + "é" + "🔥fi".repeat(5000));
  expect(map.normalize("e\u0301".repeat(5000))).toBe("é".repeat(5000));
});

test("takes time linear in the length of a text without ASCII", () => {
  const start = performance.now();
  map.normalize("日本語ﬁ".repeat(50_000));
  expect(performance.now() - start).toBeLessThan(5000);
});

test.each(["", "AAA", "AAAAAA==", "/////w=="])("refuses a table that is none: %j", (base64) => {
  expect(() => new CharsMap(base64)).toThrow(RangeError);
});
