/** Counterparts of sentence-transformers' tests that no other test here has: see test/PEER-TESTS.md. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertClose } from "../helpers/assert-close.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { writeJsonFiles } from "../helpers/write-json-files.js";

const folder = useTemporaryFolder();
const tinyReranker = "test/fixtures/tiny-reranker";

/** The peer asks no more of two ways to compute the same. */
const sameScores = 1e-6;

let one: CrossEncoder;
let three: CrossEncoder;
let classifier: CrossEncoder;
beforeAll(async () => {
  one = await CrossEncoder.fromPretrained(tinyReranker, { threads: 1, workers: 1 });
  three = await CrossEncoder.fromPretrained(tinyReranker, { threads: 1, workers: 3 });
  classifier = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli", { threads: 1, workers: 3 });
});
afterAll(() => Promise.all([one.dispose(), three.dispose(), classifier.dispose()]));

function makePairs(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`question ${index}`, `an answer of its own, ${index * 7}`]);
}

describe("ranking", () => {
  test("gives scores that are numbers and survive JSON", async () => {
    const ranking = await one.rank("query", ["first", "second"]);
    for (const { score } of ranking) expect(typeof score).toBe("number");
    expect(JSON.parse(JSON.stringify(ranking))).toEqual(ranking);
  });

  test.each([true, false])("has texts if and only if they are asked for: %s", async (returnDocuments) => {
    const ranking = await one.rank("query", ["first", "second", "third"], { returnDocuments });
    for (const ranked of ranking) expect("text" in ranked).toBe(returnDocuments);
  });
});

describe("predicting", () => {
  test("with softmax gives rows that sum to 1, and without it rows that do not", async () => {
    const sums = (rows: Float32Array[]) => rows.map((row) => row.reduce((sum, value) => sum + value, 0));
    const pairs = makePairs(4);
    assertClose(sums(await classifier.predict<Float32Array>(pairs, { applySoftmax: true })), [1, 1, 1, 1], 1e-6);
    for (const sum of sums(await classifier.predict<Float32Array>(pairs)))
      expect(Math.abs(sum - 1)).toBeGreaterThan(1e-3);
  });

  test("one pair at a time gives a score a pair", async () => {
    expect(await one.predict(makePairs(2), { batchSize: 1 })).toHaveLength(2);
  });

  test("of no pairs gives the empty result of several, with softmax and an activation too", async () => {
    expect(await one.predict([], { applySoftmax: true, activationFn: "identity" })).toEqual(new Float32Array(0));
    expect(await three.predict([])).toEqual(await one.predict([]));
    expect(await classifier.predict<Float32Array>([], { applySoftmax: true })).toEqual([]);
  });

  test("with another maximum length gives another score for a pair that it cuts", async () => {
    await using short = await CrossEncoder.fromPretrained(tinyReranker, { maxLength: 4 });
    expect(short.maxLength).toBe(4);
    const pair = ["a question of some length", "an answer of some length"] as const;
    expect(await short.predict(pair)).not.toBe(await one.predict(pair));
  });
});

describe("an activation", () => {
  test.each(["sigmoid", "identity", "tanh", "softmax"] as const)(
    "%s for a whole model beats what its files name, and a call's own is not kept",
    async (activationFn) => {
      const [model, pair] = [join(folder(), "model"), ["query", "document"] as const];
      await cp("test/fixtures/tiny-nli", model, { recursive: true });
      const config = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as object;
      const named = { sbert_ce_default_activation_function: "torch.nn.modules.activation.Tanh" };
      await writeJsonFiles(model, { "config.json": { ...config, ...named } });
      await using encoder = await CrossEncoder.fromPretrained(model, { activationFn });
      const expected = await classifier.predict<Float32Array>(pair, { activationFn });
      await encoder.predict(pair, { activationFn: (logits) => logits.map(() => 0) });
      expect(encoder.activationFn).toBe(activationFn);
      assertClose(await encoder.predict<Float32Array>(pair), expected, sameScores);
    },
  );
});

describe("a prompt", () => {
  test("changes what the model sees of each of two pairs", async () => {
    const pairs = makePairs(2);
    const [plain, prompted] = [await one.tokenize(pairs), await one.tokenize(pairs, { prompt: "query: " })];
    for (const [index, { inputIds }] of prompted.entries()) expect(inputIds).not.toEqual(plain[index]?.inputIds);
  });
});

describe("XLM-R's 514 positions", () => {
  async function limitsOf(options: { maxLength?: number }): Promise<[number, number]> {
    const model = join(folder(), "model");
    await cp(tinyReranker, model, { recursive: true });
    const config = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as object;
    await writeJsonFiles(model, {
      "config.json": { ...config, max_position_embeddings: 514 },
      "tokenizer_config.json": { model_max_length: 512, cls_token: "[CLS]", sep_token: "[SEP]" },
    });
    await using encoder = await CrossEncoder.fromPretrained(model, options);
    const [tokenized] = await encoder.tokenize([["query", "word ".repeat(1000)]]);
    return [encoder.maxLength, tokenized?.inputIds.length ?? 0];
  }

  test("leave the tokenizer's 512, and a length of one's own is followed", async () => {
    expect(await limitsOf({})).toEqual([512, 512]);
    expect(await limitsOf({ maxLength: 256 })).toEqual([256, 256]);
  });
});

describe("several workers", () => {
  test.each([
    [40, 32],
    [30, 5],
    [20, 30],
    [2, 1],
  ])("give %i pairs in micro-batches of %i the scores of one worker", async (count, batchSize) => {
    const pairs = makePairs(count);
    assertClose(await three.predict(pairs, { batchSize }), await one.predict(pairs, { batchSize }), sameScores);
  });

  test("give a single pair what one worker gives, of the same type and shape", async () => {
    const pair = ["query", "document"] as const;
    expect(await three.predict(pair)).toBe(await one.predict(pair));
    expect(await classifier.predict<Float32Array>(pair)).toHaveLength(3);
  });

  test("can be used call after call", async () => {
    const pairs = makePairs(15);
    const first = await three.predict(pairs);
    assertClose(await three.predict(pairs), first, sameScores);
  });
});

test("a path that leads to a file is refused at once", async () => {
  const loading = CrossEncoder.fromPretrained(join(tinyReranker, "config.json"));
  await expect(loading).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/must be a folder .*there is a file/) as string,
  });
});
