import { expect, test } from "vitest";
import { lastPlaceToCut, placesToCut } from "../../../src/tokenization/cut-text.js";

test.each([
  { name: "before a word", text: "one two three four", count: 2, places: [8] },
  { name: "before or behind a space", text: "one two three four", count: 4, places: [4, 8, 13] },
  { name: "in fewer places than wanted for long words", text: "extraordinarily so", count: 4, places: [15] },
  { name: "between the words of Chinese", text: "我们喜欢学习语言", count: 2, places: [4] },
  { name: "inside a word that is alone", text: "abcdef", count: 3, places: [2, 4] },
  { name: "never inside a character", text: "🔥🔥🔥", count: 6, places: [2, 4] },
  { name: "each character at the most", text: "ab", count: 9, places: [1] },
  { name: "a single character not at all", text: "🔥", count: 2, places: [] },
  { name: "an empty text not at all", text: "", count: 2, places: [] },
])("cuts $name", ({ text, count, places }) => {
  expect(placesToCut(text, count)).toEqual(places);
});

test("takes every text of two or more characters apart", () => {
  for (const text of ["ab", "a🔥", "🔥a", "🔥🔥", "a b", "\r\n", "\ud83d\ud83d", "e\u0301"]) {
    for (let count = 2; count < 9; count++) {
      expect(placesToCut(text, count).length, JSON.stringify([text, count])).toBeGreaterThan(0);
    }
  }
});

test.each([
  { text: "one two three", place: 8 },
  { text: "one two ", place: 7 },
  { text: "abc", place: 3 },
  { text: "ab\ud83d", place: 2 },
])("the last place to cut $text is $place", ({ text, place }) => {
  expect(lastPlaceToCut(text)).toBe(place);
});
