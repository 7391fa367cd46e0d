import { describe, expect, test } from "vitest";
import { sentenceEnds } from "../../../src/tokenization/sentence-ends.js";
import { seededRandom } from "../../helpers/seeded-random.js";

function sentencesOf(text: string, longest = 1000): string[] {
  const ends = [...sentenceEnds(text, longest)];
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

test.each([
  { name: "prose, white space with the sentence before it", sentences: ["Hello.  ", "How are you? ", "Fine!"] },
  { name: "lines", sentences: ["A title\n", "\n", "a line\r\n", "another"] },
  { name: "Chinese", sentences: ["今天天气很好。", "我们去散步吧。"] },
  { name: "a full stop before a small letter as none", sentences: ["The end of e.g. this (1) is far. ", "Here."] },
  { name: "emoji", sentences: ["🔥🔥. ", "Fire."] },
  { name: "white space", sentences: ["  \t "] },
  { name: "nothing", sentences: [] },
])("splits $name", ({ sentences }) => {
  expect(sentencesOf(sentences.join(""))).toEqual(sentences);
});

describe("a text of many blocks", () => {
  test("has the sentences that it has as a whole", () => {
    const pieces = ["word ", "Word ", "end. ", "etc. (1) ", "2. ", "wow!", "\n", "一行。", "🔥", "\u0301", '"'];
    const random = seededRandom(3);
    for (let round = 0; round < 4; round++) {
      const text = Array.from({ length: 2500 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
      const whole = Array.from(new Intl.Segmenter("en", { granularity: "sentence" }).segment(text));
      expect(sentencesOf(text)).toEqual(whole.map(({ segment }) => segment));
    }
  });

  test("keeps a sentence whole up to the length that is asked for", () => {
    const long = `Long ${"word ".repeat(5000)}end. `;
    expect(sentencesOf(`Short. ${long}Short. Short.`, long.length)).toEqual(["Short. ", long, "Short. ", "Short."]);
  });

  test("cuts a longer one before a word", () => {
    const text = "word ".repeat(5000);
    const sentences = sentencesOf(text);
    expect(sentences.join("")).toBe(text);
    expect(sentences.length).toBeGreaterThan(2);
    for (const sentence of sentences) expect(sentence.trim()).toMatch(/^word\b.*\bword$/s);
  });

  test("cuts one without words between characters", () => {
    const text = `x${"🔥".repeat(10_000)}`;
    const sentences = sentencesOf(text);
    expect(sentences.join("")).toBe(text);
    for (const sentence of sentences) expect(sentence).not.toMatch(/\p{Surrogate}/u);
  });
});
