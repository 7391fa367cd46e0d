import { writeFile } from "node:fs/promises";
import { CrossEncoder } from "crossrank";
import { collectScores, removeSubmission, startBulkWorker, submitPairs } from "crossrank/bulk";
import { describe, expect, test } from "vitest";
import { noRedis } from "../../helpers/redis-server.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { writePoisonedModel } from "../../helpers/write-poisoned-model.js";
import { runCli } from "../cli/run-cli.js";
import { chunkTokens, somePairs, tinyModelFolder, useBulkScene, type TextPair } from "./bulk-scene.js";

describe.skipIf(noRedis)(`bulk scoring${noRedis ? ` (skipped: ${noRedis})` : ""}`, () => {
  const scene = useBulkScene();
  const options = () => ({ redis: scene.url, model: tinyModelFolder, chunkTokens });

  async function predicted(pairs: readonly TextPair[]): Promise<number[]> {
    await using model = await CrossEncoder.fromPretrained(tinyModelFolder);
    return [...(await model.predict(pairs))];
  }

  test("gives the scores of predict(), in the order of the file", async () => {
    const pairs = somePairs(200);
    const submission = await submitPairs(await scene.writePairs(pairs), options());
    expect(submission.pairs).toBe(200);
    expect(submission.chunks).toBeGreaterThan(20);
    await using worker = await startBulkWorker({ redis: scene.url, threads: 1, untilDone: true });
    const progress: number[] = [];
    const collected = await collectScores(submission.id, scene.path("scores.jsonl"), {
      redis: scene.url,
      onProgress: ({ scored }) => progress.push(scored),
    });
    await worker.ended;
    expect(collected).toEqual({ submission: submission.id, pairs: 200, failed: 0, failures: [] });
    expect(progress.at(-1)).toBe(200);
    const scores = (await scene.readRows("scores.jsonl")).map(({ score }) => score as number);
    const expected = await predicted(pairs);
    expect(scores).toHaveLength(200);
    // The pairs beside a pair differ; see test/golden/tolerances.ts for what that may change.
    for (const [index, score] of scores.entries()) expect(score).toBeCloseTo(expected[index] ?? NaN, 5);
  });

  test("of a file of no pairs gives an empty file", async () => {
    const { id, chunks } = await submitPairs(await scene.writePairs([]), options());
    expect(chunks).toBe(0);
    await collectScores(id, scene.path("scores.jsonl"), { redis: scene.url });
    expect(await scene.readRows("scores.jsonl")).toEqual([]);
  });

  test("of a model of several labels names the best", async () => {
    const path = await scene.writePairs(somePairs(10));
    await submitPairs(path, { ...options(), model: "test/fixtures/tiny-nli" });
    await using worker = await startBulkWorker({ redis: scene.url, threads: 1 });
    await collectScores(undefined, scene.path("scores.jsonl"), { redis: scene.url });
    await worker.close();
    for (const { scores, label } of await scene.readRows("scores.jsonl")) {
      expect(label).toBe(`LABEL_${(scores as number[]).indexOf(Math.max(...(scores as number[])))}`);
    }
  });

  test("names the pairs that cannot be scored, and scores all others", async () => {
    await using model = await CrossEncoder.fromPretrained(tinyModelFolder);
    const [tokenized] = await model.tokenize([["☠", ""]]);
    const poison = tokenized?.inputIds[3] ?? 0;
    await writePoisonedModel(tinyModelFolder, scene.path("poisoned"), poison);
    const pairs = somePairs(60);
    pairs[17] = ["how?", "☠"];
    pairs[44] = ["how?", "of ☠ too"];
    const lines = pairs.map((pair) => JSON.stringify(pair));
    // A blank line: places among pairs and among lines part.
    await writeFile(scene.path("pairs.jsonl"), [...lines.slice(0, 30), "", ...lines.slice(30), ""].join("\n"));

    const flags = ["--redis", scene.url];
    const submit = ["bulk", "submit", scene.path("pairs.jsonl"), "--model", scene.path("poisoned"), "--json"];
    const submitted = await runCli([...submit, "--chunk-tokens", "300", ...flags]);
    expect(submitted).toMatchObject({ status: 0, stderr: "60 pairs in 4 chunks, all of them to be scored.\n" });
    const worked = await runCli(["bulk", "work", "--threads", "1", "--until-done", ...flags]);
    expect(worked.status).toBe(0);
    expect(worked.stderr).toContain("60 pairs, 2 of them without a score in");
    const collected = await runCli(["bulk", "collect", "--output", scene.path("scores.jsonl"), ...flags]);
    expect(collected).toMatchObject({ status: 1, stdout: "" });
    expect(collected.stderr).toContain("error: 2 of 60 pairs have no score:\n  line 18: ");
    expect(collected.stderr).toContain("\n  line 46: ");

    const rows = await scene.readRows("scores.jsonl");
    const expected = await predicted(pairs);
    expect(rows).toHaveLength(60);
    expect(rows[17]).toMatchObject({ index: 17, line: 18, code: "NON_FINITE_SCORE" });
    expect(rows[44]).toMatchObject({ index: 44, line: 46, code: "NON_FINITE_SCORE" });
    for (const [index, { score }] of rows.entries()) {
      if (index !== 17 && index !== 44) expect(score as number).toBeCloseTo(expected[index] ?? NaN, 5);
    }
  });

  test("refuses a file with a line that is no pair, before anything is queued", async () => {
    await writeFile(scene.path("pairs.jsonl"), '["how?","so"]\n["how?"]\n');
    const error = await thrownBy(() => submitPairs(scene.path("pairs.jsonl"), options()));
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { line: 2 } });
    const none = await thrownBy(() => collectScores(undefined, scene.path("scores.jsonl"), { redis: scene.url }));
    expect(none.message).toContain("the queue has none");
  });

  test("asks which of several submissions is meant, and forgets those that are removed", async () => {
    const first = await submitPairs(await scene.writePairs(somePairs(3)), options());
    const second = await submitPairs(await scene.writePairs(somePairs(4)), options());
    const collect = () => collectScores(undefined, scene.path("scores.jsonl"), { redis: scene.url });
    const error = await thrownBy(collect);
    expect(error.details).toMatchObject({ known: [first.id, second.id].sort() });
    await removeSubmission(first.id, { redis: scene.url });
    await using worker = await startBulkWorker({ redis: scene.url, threads: 1, untilDone: true });
    expect(await collect()).toMatchObject({ submission: second.id, pairs: 4 });
    await worker.ended;
  });

  test("says so if Redis is not there", async () => {
    const path = await scene.writePairs(somePairs(1));
    await scene.redis.kill();
    const error = await thrownBy(() => submitPairs(path, options()));
    expect(error.code).toBe("QUEUE_UNAVAILABLE");
    expect(error.message).toContain("ECONNREFUSED");
  });

  test.each<[string, object, string]>([
    ["no URL of Redis", { redis: "localhost" }, "redis: expected redis://host:port"],
    ["an unknown option", { reddis: "" }, "reddis"],
    ["chunks of nothing", { chunkTokens: 0 }, "chunkTokens"],
  ])("refuses %s", async (_, wrong, message) => {
    const error = await thrownBy(() => submitPairs("pairs.jsonl", { ...options(), ...wrong }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain(message);
  });
});
