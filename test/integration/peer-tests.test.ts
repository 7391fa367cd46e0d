/** Counterparts of sentence-transformers' tests that no other test here has: see test/PEER-TESTS.md. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertClose } from "../helpers/assert-close.js";
import { useHubModel } from "../helpers/hub-model.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { tinyModels, writeTinyModel, type TinyModel } from "../helpers/tiny-bert-models.js";
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
    expect(ranking.map(({ score }) => typeof score)).toEqual(["number", "number"]);
    expect(JSON.parse(JSON.stringify(ranking))).toEqual(ranking);
  });

  test.each([true, false])("has texts if and only if they are asked for: %s", async (returnDocuments) => {
    const documents = ["first", "second", "third"];
    const ranking = await one.rank("query", documents, { returnDocuments });
    expect(new Set(ranking.map(({ text }) => text))).toEqual(new Set(returnDocuments ? documents : [undefined]));
    expect(ranking.map((ranked) => "text" in ranked)).toEqual(documents.map(() => returnDocuments));
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

  test("of no pairs gives the empty result of several, with softmax and an activation too", async () => {
    expect(await one.predict([], { applySoftmax: true, activationFn: "identity" })).toEqual(new Float32Array(0));
    expect(await three.predict([])).toEqual(await one.predict([]));
    expect(await classifier.predict<Float32Array>([], { applySoftmax: true })).toEqual([]);
  });

  test("with another maximum length gives another score for a pair that it cuts", async () => {
    await using short = await CrossEncoder.fromPretrained(tinyReranker, { maxLength: 4 });
    expect(short.maxLength).toBe(4);
    const pair = ["a question of some length", "an answer of some length"] as const;
    const [tokenized] = await short.tokenize([pair]);
    expect(tokenized?.inputIds).toHaveLength(4);
    expect(Math.abs((await short.predict(pair)) - (await one.predict(pair)))).toBeGreaterThan(1e-3);
  });
});

describe("an activation", () => {
  test.each(["sigmoid", "identity", "tanh", "softmax"] as const)(
    "%s for a whole model beats what its files name, and a call's own is not kept",
    async (activationFn) => {
      const [model, pair] = [join(folder(), "model"), ["query", "document"] as const];
      await cp("test/fixtures/tiny-nli", model, { recursive: true });
      const config = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as object;
      const other = activationFn === "tanh" ? "Sigmoid" : "Tanh";
      const named = { sbert_ce_default_activation_function: `torch.nn.modules.activation.${other}` };
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
    const { config } = tinyModels["XLM-RoBERTa"] as TinyModel;
    await writeTinyModel(model, { ...config, max_position_embeddings: 514, pad_token_id: 1 });
    await writeJsonFiles(model, {
      "tokenizer_config.json": { model_max_length: 512, model_input_names: ["input_ids", "attention_mask"] },
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
    const expected = await one.predict(pairs);
    for (let call = 0; call < 2; call++) assertClose(await three.predict(pairs), expected, sameScores);
  });

  test("give rows of several labels, with softmax, that one worker gives", async () => {
    await using alone = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli", { threads: 1, workers: 1 });
    const pairs = makePairs(40);
    const options = { applySoftmax: true, batchSize: 5 };
    const expected = await alone.predict<Float32Array>(pairs, options);
    const rows = await classifier.predict<Float32Array>(pairs, options);
    assertClose(
      rows.flatMap((row) => [...row]),
      expected.flatMap((row) => [...row]),
      sameScores,
    );
    assertClose(
      rows.map((row) => row.reduce((sum, score) => sum + score, 0)),
      pairs.map(() => 1),
      sameScores,
    );
  });
});

describe("a path that leads to a file", () => {
  const { hub } = useHubModel();

  // Both could be ids of models on the Hub.
  test.each(["package.json", "test/PEER-TESTS.md"])("%s is refused at once, and the Hub is not asked", async (path) => {
    await expect(CrossEncoder.fromPretrained(path)).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
      message: expect.stringMatching(/must be a folder .*there is a file/) as string,
    });
    expect(hub().seen).toEqual([]);
  });
});
