import { describe, expect, test } from "vitest";
import { splitDocument, type SplitOptions } from "../../../src/tokenization/split-document.js";
import { seededRandom } from "../../helpers/seeded-random.js";

/** Counts tokens; splits documents by that. */
type CountTokens = (text: string) => number;

const wordCount: CountTokens = (text) => text.match(/\S+/g)?.length ?? 0;
const characterCount: CountTokens = (text) => Array.from(text).length;

function optionsFor(budget: number, countTokens: CountTokens): SplitOptions<string> {
  return {
    budget,
    countTokens,
    tokenize: (text) => ({ pair: text, cutTokens: Math.max(0, countTokens(text) - budget) }),
  };
}

function textsOf(document: string, budget: number, countTokens: CountTokens = wordCount): string[] {
  return Array.from(splitDocument(document, optionsFor(budget, countTokens)), ({ start, end, pair }) => {
    expect(document.slice(start, end)).toBe(pair);
    return pair;
  });
}

/** `"A b c. "` of so many words. */
function sentence(letter: string, words: number): string {
  return `${letter.toUpperCase()}${` ${letter}`.repeat(words - 1)}. `;
}

const [a, b, c, d, e] = [sentence("a", 2), sentence("b", 3), sentence("c", 3), sentence("d", 2), sentence("e", 8)];

describe("a passage", () => {
  test.each([
    { name: "has all sentences that fit", budget: 5, document: a + b + c + d, passages: [a + b, c + d] },
    { name: "ends before the first that does not fit", budget: 7, document: a + b + c, passages: [a + b, c] },
    { name: "is the whole document if that fits", budget: 10, document: a + b + c + d, passages: [a + b + c + d] },
    { name: "can be a single sentence", budget: 3, document: b + c, passages: [b, c] },
    {
      name: "starts with the sentences that come nearest to an eighth of the room",
      budget: 16,
      document: e + b + c + d + e,
      passages: [e + b + c + d, d + e],
    },
    {
      name: "starts with no sentence of a quarter of the room or more",
      budget: 12,
      document: e + b + e + b,
      passages: [e + b, e + b],
    },
    {
      name: "starts with no sentence that leaves no room for a new one",
      budget: 16,
      document: sentence("f", 14) + d + sentence("g", 15),
      passages: [sentence("f", 14) + d, sentence("g", 15)],
    },
  ])("$name", ({ budget, document, passages }) => {
    expect(textsOf(document, budget)).toEqual(passages);
  });

  test("is not there for an empty document", () => {
    expect(textsOf("", 8)).toEqual([]);
  });
});

describe("a sentence that is too long", () => {
  test("is cut between words, and its parts overlap", () => {
    const passages = textsOf("one two three four five six seven eight nine ten", 8);
    expect(passages).toEqual(["one two three four five six seven eight ", "eight nine ten"]);
  });

  test("is cut between characters if it has no words", () => {
    expect(textsOf("🔥".repeat(10), 4, characterCount)).toEqual(["🔥🔥🔥🔥", "🔥🔥🔥🔥", "🔥🔥"]);
  });

  test("goes on in the passage of the sentence behind it", () => {
    const passages = textsOf(`${"word ".repeat(9).trim()}. End.`, 8);
    expect(passages.at(-1)).toMatch(/word\. End\.$/);
  });
});

test("a single character of too many tokens is a passage that does not fit", () => {
  expect(textsOf("a🔥b", 2, (text) => characterCount(text) + 3 * (text.split("🔥").length - 1))).toEqual([
    "a",
    "🔥",
    "b",
  ]);
});

describe("tokens of a whole that are not those of its parts", () => {
  test("never make a passage too long", () => {
    // Two tokens between each two sentences.
    const countTokens: CountTokens = (text) => wordCount(text) + 2 * Math.max(0, (text.match(/\./g)?.length ?? 0) - 1);
    const passages = textsOf((a + b).repeat(10), 10, countTokens);
    for (const passage of passages) expect(countTokens(passage)).toBeLessThanOrEqual(10);
    expect(passages[0]).toBe(a + b);
  });

  test("cut a sentence that fits only without the white space behind it", () => {
    const countTokens: CountTokens = (text) => wordCount(text) + (text.endsWith(" ") ? 3 : 0);
    for (const passage of textsOf("One two three four. Five.", 5, countTokens)) {
      expect(countTokens(passage)).toBeLessThanOrEqual(5);
    }
  });
});

describe("whatever the document,", () => {
  const pieces = [
    "word ",
    "Word ",
    "word. ",
    "Etc. (1) ",
    "wow! ",
    "\n",
    "\n\n",
    " ",
    "一行。",
    "一二三",
    "🔥",
    "x".repeat(50),
  ];

  function* randomCases(count: number): Generator<{ document: string; options: SplitOptions<string> }> {
    const random = seededRandom(4);
    const perturbed: CountTokens = (text) => characterCount(text) + (text.length % 3);
    const counters = [wordCount, characterCount, perturbed];
    for (let index = 0; index < count; index++) {
      const length = Math.floor(random() * 400);
      const document = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join("");
      const budget = 4 + Math.floor(random() ** 2 * 100);
      yield { document, options: optionsFor(budget, counters[index % counters.length] as CountTokens) };
    }
  }

  test("passages cover it in order, and each fits", () => {
    for (const { document, options } of randomCases(60)) {
      let [start, end] = [-1, 0];
      for (const passage of splitDocument(document, options)) {
        const { cutTokens } = options.tokenize(document.slice(passage.start, passage.end));
        const goesOn = passage.start > start && passage.start <= end && passage.end > end;
        expect({ goesOn, cutTokens }, JSON.stringify({ document, passage })).toEqual({ goesOn: true, cutTokens: 0 });
        ({ start, end } = passage);
      }
      expect(end).toBe(document.length);
    }
  });

  test("two passages in a row share less than a quarter of the room", () => {
    for (const { document, options } of randomCases(60)) {
      let end = 0;
      for (const passage of splitDocument(document, { ...options, countTokens: characterCount })) {
        const shared = document.slice(passage.start, end).trimEnd();
        expect(characterCount(shared)).toBeLessThanOrEqual(options.budget / 4 + sharedSpaces(shared));
        end = passage.end;
      }
    }
  });

  test("the passages are the same each time", () => {
    for (const { document, options } of randomCases(10)) {
      expect([...splitDocument(document, options)]).toEqual([...splitDocument(document, options)]);
    }
  });

  test("no character is tokenized more than a few times", () => {
    for (const { document, options } of randomCases(60)) {
      let characters = 0;
      const counting: SplitOptions<string> = {
        ...options,
        countTokens: (text) => {
          characters += text.length;
          return options.countTokens(text);
        },
        tokenize: (text) => {
          characters += text.length;
          return options.tokenize(text);
        },
      };
      Array.from(splitDocument(document, counting));
      expect(characters).toBeLessThanOrEqual(5 * document.length);
    }
  });
});

/** Spaces behind sentences are not counted. */
function sharedSpaces(text: string): number {
  return text.split(" ").length - 1;
}
