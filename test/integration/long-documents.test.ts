/** Documents that do not fit: `longDocuments: "maxPassage"` end to end, with the embedded model and short passages. */
import { CrossEncoder, type Progress, type RankedDocument } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { thrownBy } from "../helpers/thrown-by.js";

const query = "how do you find mass?";
const answer = "To find an object's mass, divide its weight by the acceleration of gravity. ";
const filler = "The church is old. It has many windows, and a tower that was built in 1823. Nobody sings there. ";
const maxPassage = { longDocuments: "maxPassage" } as const;

const documents = {
  prose: filler.repeat(5) + answer + filler.repeat(5),
  short: "Mass is how much matter an object is made of.",
  empty: "",
  whiteSpace: " \n\t ".repeat(200),
  chinese: "质量是物体所含物质的多少。".repeat(20),
  emoji: "🔥🎉".repeat(60),
  noSpaces: "abcdefghij".repeat(60),
  oneSentence: `It ${"goes on and ".repeat(80)}ends`,
};
const names = Object.keys(documents) as (keyof typeof documents)[];
const texts = Object.values(documents);

let model: CrossEncoder;

beforeAll(async () => {
  model = await CrossEncoder.fromPretrained(undefined, { maxLength: 32 });
});
afterAll(() => model.dispose());

function byCorpusId(ranking: readonly RankedDocument[]): RankedDocument[] {
  return [...ranking].sort((a, b) => a.corpusId - b.corpusId);
}

function textOf({ corpusId, passage }: RankedDocument): string {
  return (texts[corpusId] as string).slice(passage?.start, passage?.end);
}

describe("a document's score", () => {
  test("is that of its best passage alone, and the passage fits", async () => {
    const ranking = byCorpusId(await model.rank(query, texts, maxPassage));
    const pairs = ranking.map((ranked) => [query, textOf(ranked)]);
    assertClose(
      ranking.map(({ score }) => score),
      await model.predict(pairs),
      tolerances.batchInvariance,
    );
    for (const { truncatedTokens } of await model.tokenize(pairs)) expect(truncatedTokens).toBe(0);
  });

  test("comes with the passage if it was split, and only then", async () => {
    const ranking = byCorpusId(await model.rank(query, texts, maxPassage));
    const split = ranking.filter(({ passage }) => passage !== undefined).map(({ corpusId }) => names[corpusId]);
    expect(split).toEqual(names.filter((name) => name !== "short" && name !== "empty"));
  });

  test("finds an answer that truncation cuts off", async () => {
    const [ranked] = await model.rank(query, [documents.prose], { ...maxPassage, returnDocuments: true });
    const { start = 0, end = 0 } = ranked?.passage ?? {};
    expect(ranked?.text?.slice(start, end)).toContain(answer.trim());
    expect(ranked?.score).toBeGreaterThan(2 * (await model.predict([query, documents.prose])));
  });

  test("is the same among others as alone", async () => {
    const together = byCorpusId(await model.rank(query, texts, maxPassage));
    for (const [corpusId, text] of texts.entries()) {
      const [alone] = await model.rank(query, [text], maxPassage);
      // The others have passages of the same text, whose scores differ in their last digits.
      if (text === documents.prose) expect(alone?.passage).toEqual(together[corpusId]?.passage);
      assertClose([alone?.score ?? NaN], [together[corpusId]?.score ?? NaN], tolerances.batchInvariance);
    }
  });

  test("is what truncation gives for documents that fit", async () => {
    const short = ["Weigh it.", documents.short, documents.empty, "🔥"];
    expect(await model.rank(query, short, maxPassage)).toEqual(await model.rank(query, short));
    const pairs = short.map((text) => [query, text]);
    expect(await model.predict(pairs, maxPassage)).toEqual(await model.predict(pairs));
  });

  test("is the same by predict() as by rank()", async () => {
    const ranking = byCorpusId(await model.rank(query, texts, maxPassage));
    const scores = await model.predict(
      texts.map((text) => [query, text]),
      maxPassage,
    );
    expect([...scores]).toEqual(ranking.map(({ score }) => score));
    const single = await model.predict([query, documents.prose], maxPassage);
    assertClose([single], [ranking[0]?.score ?? NaN], tolerances.batchInvariance);
  });

  test("is the highest by the activation of the call", async () => {
    const falling = { ...maxPassage, activationFn: ([logit = 0]: Float32Array) => [-logit] };
    const [worst] = await model.rank(query, [documents.prose], falling);
    const [best] = await model.rank(query, [documents.prose], { ...maxPassage, activationFn: "identity" });
    expect(-(worst?.score ?? NaN)).toBeLessThan(best?.score ?? NaN);
    expect(worst?.passage).not.toEqual(best?.passage);
  });
});

describe("the query", () => {
  test("takes its prompt from the room of the passages", async () => {
    const prompt = "Answer this question: ";
    const [ranked] = await model.rank(query, [documents.prose], { ...maxPassage, prompt });
    const text = documents.prose.slice(ranked?.passage?.start, ranked?.passage?.end);
    const [tokenized] = await model.tokenize([[query, text]], { prompt });
    expect(tokenized?.truncatedTokens).toBe(0);
    assertClose([ranked?.score ?? NaN], [await model.predict([query, text], { prompt })], tolerances.batchInvariance);
  });

  test("leaves the document half of the room", async () => {
    const longQuery = "how do you find the mass of an object that is old? ".repeat(5);
    const [ranked] = await model.rank(longQuery, [documents.prose], maxPassage);
    const text = documents.prose.slice(ranked?.passage?.start, ranked?.passage?.end);
    const score = await model.predict([longQuery, text]);
    assertClose([ranked?.score ?? NaN], [score], tolerances.batchInvariance);
    expect(text.length).toBeGreaterThan(20);
  });
});

describe("a call with passages", () => {
  test("counts pairs in its progress", async () => {
    const progress: Progress[] = [];
    await model.rank(query, texts, { ...maxPassage, batchSize: 2, onProgress: (step) => progress.push(step) });
    const counts = progress.map(({ scored }) => scored);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ scored: texts.length, total: texts.length });
  });

  test("stops when it is aborted, while others go on", async () => {
    const controller = new AbortController();
    const aborted = model.rank(query, [documents.prose.repeat(200)], { ...maxPassage, signal: controller.signal });
    const other = model.rank(query, [documents.short]);
    setTimeout(() => controller.abort(new Error("no longer wanted")), 20);
    await expect(aborted).rejects.toThrow("no longer wanted");
    expect(await other).toHaveLength(1);
  });

  test("is overtaken by a small call while it splits a huge document", async () => {
    const order: string[] = [];
    const huge = model.rank(query, [documents.prose.repeat(50)], maxPassage).then(() => order.push("huge"));
    const small = model.rank(query, [documents.short]).then(() => order.push("small"));
    await Promise.all([huge, small]);
    expect(order).toEqual(["small", "huge"]);
  });

  test("may have no documents", async () => {
    expect(await model.rank(query, [], maxPassage)).toEqual([]);
    expect(await model.predict([], maxPassage)).toEqual(new Float32Array(0));
  });
});

describe("refuses", () => {
  test("a model of several labels", async () => {
    await using classifier = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli");
    const error = await thrownBy(() => classifier.predict(["a", "b"], maxPassage));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toMatch(/which passage is best is undefined.*predict\(\) without "maxPassage"/);
  });

  test("a maximum length without room for a document", async () => {
    await using tight = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 4 });
    const error = await thrownBy(() => tight.rank("query", ["some document"], maxPassage));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain("maxLength must leave room for a token of the document, got 4.");
  });
});
