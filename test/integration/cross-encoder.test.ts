/** The public calls end to end; semantics of spec'd edge cases that need a model. */
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { writeModelAs } from "../helpers/write-model-as.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";

let reranker: CrossEncoder;
let classifier: CrossEncoder;

beforeAll(async () => {
  reranker = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
  classifier = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli");
});
afterAll(() => Promise.all([reranker.dispose(), classifier.dispose()]));

describe("predict", () => {
  test("gives a number for a pair and a Float32Array for a list", async () => {
    const one = await reranker.predict(["query", "document"]);
    const list = await reranker.predict([["query", "document"]]);
    expect(list).toEqual(Float32Array.of(one));
    const two = await reranker.predict([
      ["query", "document"],
      ["query", "other"],
    ]);
    expect(two).toBeInstanceOf(Float32Array);
    expect(two).toHaveLength(2);
    assertClose(two.subarray(0, 1), [one], tolerances.batchInvariance);
  });

  test("gives one row of labels for a pair and a list of rows for a list", async () => {
    const one = await classifier.predict<Float32Array>(["query", "document"]);
    const list = await classifier.predict<Float32Array>([
      ["query", "document"],
      ["query", "other"],
    ]);
    expect(one).toBeInstanceOf(Float32Array);
    expect(one).toHaveLength(3);
    expect(await classifier.predict<Float32Array>([["query", "document"]])).toEqual([one]);
    expect(list).toHaveLength(2);
    assertClose(list[0] ?? [], one, tolerances.batchInvariance);
  });

  test("gives nothing for no pairs", async () => {
    expect(await reranker.predict([])).toEqual(new Float32Array(0));
    expect(await classifier.predict<Float32Array>([])).toEqual([]);
  });

  test("scores empty texts", async () => {
    expect(Number.isFinite(await reranker.predict(["", ""]))).toBe(true);
  });

  test("applies an activation of this call only", async () => {
    const logit = await reranker.predict(["query", "document"], { activationFn: "identity" });
    const doubled = await reranker.predict(["query", "document"], { activationFn: ([x = 0]) => [2 * x] });
    const score = await reranker.predict(["query", "document"]);
    expect(doubled).toBe(Math.fround(2 * logit));
    expect(score).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    expect(reranker.activationFn).toBe("sigmoid");
  });

  test("refuses a bad pair before any work, naming its index", async () => {
    const progress: unknown[] = [];
    const pairs = [["a", "b"], ["c"]];
    const call = reranker.predict(pairs, { batchSize: 1, onProgress: (step) => progress.push(step) });
    await expect(call).rejects.toMatchObject({ code: "INVALID_INPUT", details: { index: 1 } });
    expect(progress).toEqual([]);
  });

  test("names the pairs whose score an activation made NaN", async () => {
    const pairs = [
      ["a", "b"],
      ["c", "d"],
    ];
    const call = reranker.predict(pairs, { activationFn: () => [NaN] });
    await expect(call).rejects.toMatchObject({ code: "NON_FINITE_SCORE", details: { indices: [0, 1] } });
  });
});

describe("rank", () => {
  test("sorts by score and keeps the order of equal documents", async () => {
    const ranking = await reranker.rank("query", ["same", "another text", "same"]);
    const same = ranking.filter(({ corpusId }) => corpusId !== 1);
    expect(same.map(({ corpusId }) => corpusId)).toEqual([0, 2]);
    expect(same[0]?.score).toBe(same[1]?.score);
  });

  test("returns the best topK, all if there are fewer, none for 0", async () => {
    const documents = ["a", "b", "c"];
    const all = await reranker.rank("query", documents);
    expect(await reranker.rank("query", documents, { topK: 2 })).toEqual(all.slice(0, 2));
    expect(await reranker.rank("query", documents, { topK: 9 })).toEqual(all);
    expect(await reranker.rank("query", documents, { topK: 0 })).toEqual([]);
    expect(await reranker.rank("query", [])).toEqual([]);
  });

  test("refuses a negative topK, an unknown option, and a text for documents", async () => {
    await expect(reranker.rank("query", ["a"], { topK: -1 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    await expect(reranker.rank("query", ["a"], { top_k: 1 } as object)).rejects.toThrow(/top_k.*Known options: .*topK/);
    await expect(reranker.rank("query", "abc" as unknown as string[])).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  test("refuses a model of several labels and points to predict", async () => {
    await expect(classifier.rank("query", ["a"])).rejects.toThrow(/one label.*predict/s);
  });

  test("does not see documents that are changed after the call", async () => {
    const documents = ["first", "second"];
    const expected = await reranker.rank("query", documents, { returnDocuments: true });
    const call = reranker.rank("query", documents, { returnDocuments: true });
    documents[0] = "changed";
    expect(await call).toEqual(expected);
  });
});

describe("tokenize", () => {
  test("says how many tokens truncation cuts", async () => {
    await using short = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 16 });
    const [fits, cut] = await short.tokenize([
      ["a", "b"],
      ["a", "many words ".repeat(30)],
    ]);
    expect(fits?.truncatedTokens).toBe(0);
    expect(cut?.inputIds).toHaveLength(16);
    expect(cut?.truncatedTokens).toBeGreaterThan(0);
  });
});

describe("prompts", () => {
  test("go in front of the query by name, by default, and not at all for an empty one", async () => {
    await using prompted = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", {
      prompts: { ask: "question: " },
      defaultPromptName: "ask",
    });
    const byHand = await reranker.predict(["question: why", "because"]);
    expect(await prompted.predict(["why", "because"])).toBe(byHand);
    expect(await prompted.predict(["why", "because"], { promptName: "ask" })).toBe(byHand);
    expect(await prompted.predict(["why", "because"], { prompt: "" })).toBe(await reranker.predict(["why", "because"]));
    await expect(prompted.predict(["a", "b"], { promptName: "tell" })).rejects.toThrow(/ask.*tell/);
  });
});

test("a maximum length above the positions is refused", async () => {
  const loading = CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 8193 });
  await expect(loading).rejects.toMatchObject({
    code: "INVALID_OPTIONS",
    details: { maxLength: 8193, positions: 8192 },
  });
});

describe("checkpoints in half precision", () => {
  const temporaryFolder = useTemporaryFolder();
  const pairs = [
    ["how do plants make food", "plants make food from sunlight, water and air"],
    ["how do plants make food", "the kettle boils"],
  ];

  test.each(["F16", "BF16"] as const)("%s weights give what the same values give in float32", async (dtype) => {
    const half = join(temporaryFolder(), dtype);
    const widened = join(temporaryFolder(), `${dtype}-widened`);
    await writeModelAs("test/fixtures/tiny-reranker", half, dtype);
    await writeModelAs(half, widened, "F32");
    await using halfModel = await CrossEncoder.fromPretrained(half);
    await using widenedModel = await CrossEncoder.fromPretrained(widened);
    expect(halfModel.info.weightTypes).toEqual([dtype]);
    const expected = await widenedModel.predict(pairs, { activationFn: "identity" });
    assertClose(await halfModel.predict(pairs, { activationFn: "identity" }), expected, tolerances.batchInvariance);
    // The weights themselves were rounded: the scores of the float32 original are near, not equal.
    assertClose(await halfModel.predict(pairs), await reranker.predict(pairs), tolerances.halfWeightScores);
  });
});
