/** Several workers with a real model: the same scores, progress and lifecycle as with one. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CrossEncoder, type Progress } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { assertClose } from "../helpers/assert-close.js";
import { seededRandom } from "../helpers/seeded-random.js";

const tinyModel = "test/fixtures/tiny-reranker";
const options = { threads: 1, maxLength: 512 };
const words = "mass weight object gravity of the measure atom church bread scale is in water heavy".split(" ");

/** Documents of 1 to 120 words, and one beyond the model's maximum length in front. */
function makeDocuments(count: number): string[] {
  const random = seededRandom(count);
  const makeText = (length: number) =>
    Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(" ");
  return [makeText(2000), ...Array.from({ length: count - 1 }, () => makeText(1 + Math.floor(random() * 120)))];
}

describe("with one, two and three workers", () => {
  const models: CrossEncoder[] = [];

  beforeAll(async () => {
    for (const workers of [1, 2, 3]) {
      models.push(await CrossEncoder.fromPretrained(undefined, { ...options, workers }));
    }
  });
  afterAll(() => Promise.all(models.map((model) => model.dispose())));

  test("scores are the same", async () => {
    const pairs = makeDocuments(80).map((document, index) => [`what is the mass of ${words[index % 15]}`, document]);
    const [one, ...others] = await Promise.all(models.map((model) => model.predict(pairs)));
    for (const scores of others) assertClose(scores, one ?? [], 1e-6);
  });

  test("rankings are the same", async () => {
    const rankings = await Promise.all(models.map((model) => model.rank("how do you find mass?", makeDocuments(60))));
    const [one, ...others] = rankings.map((ranking) => ranking.map(({ corpusId }) => corpusId));
    for (const order of others) expect(order).toEqual(one);
  });

  test("token ids are the same", async () => {
    const pairs = makeDocuments(60).map((document) => ["query", document]);
    const [one, ...others] = await Promise.all(models.map((model) => model.tokenize(pairs)));
    for (const tokenized of others) expect(tokenized).toEqual(one);
  });

  test("progress counts up to the number of pairs", async () => {
    for (const model of models) {
      const progress: Progress[] = [];
      await model.rank("query", makeDocuments(60), { onProgress: (step) => progress.push(step) });
      const counts = progress.map(({ scored }) => scored);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(progress.at(-1)).toEqual({ scored: 60, total: 60 });
    }
  });
});

test("rows of several labels come in the order of the pairs", async () => {
  await using one = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli", options);
  await using two = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli", { ...options, workers: 2 });
  const pairs = makeDocuments(40).map((document) => ["query", document]);
  const [expected, rows] = [await one.predict<Float32Array>(pairs), await two.predict<Float32Array>(pairs)];
  expect(rows).toHaveLength(40);
  for (const [index, row] of rows.entries()) assertClose(row, expected[index] ?? [], 1e-6);
});

test("many calls at the same time give what they give alone", async () => {
  await using model = await CrossEncoder.fromPretrained(tinyModel, { ...options, workers: 2 });
  const calls = Array.from({ length: 20 }, (_, index) => ({
    query: `query ${index}`,
    documents: makeDocuments(3 + index),
  }));
  const together = await Promise.all(calls.map(({ query, documents }) => model.rank(query, documents)));
  for (const [index, { query, documents }] of calls.entries())
    expect(together[index]).toEqual(await model.rank(query, documents));
});

test("an aborted call rejects with the signal's reason and leaves the others alone", async () => {
  await using model = await CrossEncoder.fromPretrained(tinyModel, { ...options, workers: 2 });
  const controller = new AbortController();
  const reason = new Error("no longer wanted");
  const progress: Progress[] = [];
  const aborted = model.rank("query", makeDocuments(500), {
    signal: controller.signal,
    onProgress: (step) => {
      progress.push(step);
      if (progress.length === 3) controller.abort(reason);
    },
  });
  const other = model.rank("query", makeDocuments(50));
  await expect(aborted).rejects.toBe(reason);
  expect(await other).toHaveLength(50);
  expect(progress).toHaveLength(3);
});

test("dispose rejects the calls that are running, and later ones", async () => {
  const model = await CrossEncoder.fromPretrained(tinyModel, { ...options, workers: 3 });
  const running = [model.rank("query", makeDocuments(500)), model.rank("query", ["document"])];
  const outcomes = Promise.allSettled(running);
  await model.dispose();
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "DISPOSED" } });
  expect(model.disposed).toBe(true);
  await expect(model.rank("query", makeDocuments(60))).rejects.toMatchObject({ code: "DISPOSED" });
});

test("aborting a load rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const loading = CrossEncoder.fromPretrained(tinyModel, { workers: 3, signal: controller.signal });
  setImmediate(() => controller.abort(new Error("changed my mind")));
  await expect(loading).rejects.toThrow("changed my mind");
});

describe("a process", () => {
  /** Runs a program that uses the package, and waits for it to end by itself. */
  async function runProgram(body: string): Promise<{ stdout: string; stderr: string }> {
    const program = `import { CrossEncoder } from "crossrank";\n${body}`;
    return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { timeout: 20_000 });
  }

  test("that forgot to dispose still exits", async () => {
    const { stdout, stderr } = await runProgram(`
      const model = await CrossEncoder.fromPretrained("${tinyModel}", { workers: 3 });
      console.log((await model.rank("a", Array(100).fill("some words ".repeat(20)))).length);
    `);
    expect({ stdout, stderr }).toEqual({ stdout: "100\n", stderr: "" });
  });

  test("that failed to load a model has one error and no thread left", async () => {
    const { stdout, stderr } = await runProgram(`
      const options = { workers: 3, maxLength: 9999 };
      await CrossEncoder.fromPretrained("${tinyModel}", options).catch((error) => console.log(error.code));
    `);
    expect({ stdout, stderr }).toEqual({ stdout: "INVALID_OPTIONS\n", stderr: "" });
  });
});
