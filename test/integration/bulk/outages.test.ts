import { spawn } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { collectScores, startBulkWorker, submitPairs } from "crossrank/bulk";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { noRedis } from "../../helpers/redis-server.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { startCli } from "../cli/run-cli.js";
import { chunkTokens, endOf, somePairs, tinyModelFolder, useBulkScene } from "./bulk-scene.js";

describe.skipIf(noRedis)(`bulk scoring outlives${noRedis ? ` (skipped: ${noRedis})` : ""}`, () => {
  const scene = useBulkScene();
  const options = () => ({ redis: scene.url, model: tinyModelFolder, chunkTokens });

  /** The rows of a run in which nothing goes wrong. */
  async function undisturbed(path: string): Promise<unknown[]> {
    const quiet = { redis: scene.url, queue: "quiet" };
    await submitPairs(path, { ...options(), ...quiet });
    await using worker = await startBulkWorker({ ...quiet, threads: 1, untilDone: true });
    await collectScores(undefined, scene.path("quiet.jsonl"), quiet);
    await worker.ended;
    return await scene.readRows("quiet.jsonl");
  }

  /** Every pair once, in order; one scored beside other pairs may differ in the last digits. */
  function expectSameRows(rows: readonly Record<string, unknown>[], expected: readonly unknown[]): void {
    expect(rows).toHaveLength(expected.length);
    for (const [index, row] of rows.entries()) {
      expect(row["score"]).toBeCloseTo((expected[index] as { score: number }).score, 5);
    }
  }

  /** Waits until workers have scored something more. */
  async function scoredMore(submission: string): Promise<void> {
    const { scored } = await countsIn(submission);
    while ((await countsIn(submission)).scored === scored) await sleep(10);
  }

  async function countsIn(submission: string): Promise<{ scored: string; failed: string; texts: string }> {
    const redis = new Redis(scene.url);
    const { scored = "", failed = "" } = await redis.hgetall(`crossrank:crossrank-bulk:${submission}`);
    const texts = String(await redis.hlen(`crossrank:crossrank-bulk:${submission}:texts`));
    redis.disconnect();
    return { scored, failed, texts };
  }

  test("workers that are killed at any time, and replaced", async () => {
    const path = await scene.writePairs(somePairs(2000));
    const expected = await undisturbed(path);
    const { id } = await submitPairs(path, options());
    const random = seededRandom(7);
    for (let round = 0; round < 4; round++) {
      const workers = [scene.startWorker(), scene.startWorker()];
      await scoredMore(id);
      await sleep(100 * random());
      for (const worker of workers) worker.kill("SIGKILL");
      await Promise.all(workers.map(endOf));
    }
    expect(Number((await countsIn(id)).scored)).toBeLessThan(2000);
    scene.startWorker();
    await collectScores(id, scene.path("scores.jsonl"), { redis: scene.url });
    expectSameRows(await scene.readRows("scores.jsonl"), expected);
    expect(await countsIn(id)).toEqual({ scored: "2000", failed: "0", texts: "0" });
  });

  test("Redis that is killed and started again, with persistence on", async () => {
    const path = await scene.writePairs(somePairs(2000));
    const expected = await undisturbed(path);
    const { id } = await submitPairs(path, options());
    scene.startWorker();
    const notices: string[] = [];
    const collecting = collectScores(id, scene.path("scores.jsonl"), {
      redis: scene.url,
      onNotice: (notice) => notices.push(notice),
    });
    for (let outage = 0; outage < 2; outage++) {
      await scoredMore(id);
      await scene.redis.kill();
      await sleep(300);
      await scene.redis.start();
    }
    expect(Number((await countsIn(id)).scored)).toBeLessThan(2000);
    await collecting;
    expectSameRows(await scene.readRows("scores.jsonl"), expected);
    expect(await countsIn(id)).toEqual({ scored: "2000", failed: "0", texts: "0" });
    expect(notices.slice(0, 2)).toEqual([expect.stringContaining("went away"), expect.stringContaining("is back")]);
  });

  test("a submission that comes twice, at the same time and afterwards", async () => {
    const path = await scene.writePairs(somePairs(100));
    const [first, second] = await Promise.all([submitPairs(path, options()), submitPairs(path, options())]);
    expect(second.id).toBe(first.id);
    const chunks: number[] = [];
    await using worker = await startBulkWorker({
      redis: scene.url,
      threads: 1,
      onChunk: ({ chunk }) => chunks.push(chunk),
    });
    await collectScores(first.id, scene.path("scores.jsonl"), { redis: scene.url });
    expect(await submitPairs(path, options())).toEqual({ ...first, open: 0 });
    await worker.close();
    expect(chunks.sort((a, b) => a - b)).toEqual(Array.from({ length: first.chunks }, (_, chunk) => chunk));
    expect(await scene.readRows("scores.jsonl")).toHaveLength(100);
    const others = [{ chunkTokens: 99 }, { maxLength: 16 }, { model: "elsewhere" }];
    for (const other of others) expect((await submitPairs(path, { ...options(), ...other })).id).not.toBe(first.id);
  });

  test("a submission that is broken off and done again, while its scores are waited for", async () => {
    const path = await scene.writePairs(somePairs(800));
    const stop = new AbortController();
    const broken = submitPairs(path, { ...options(), signal: stop.signal, onProgress: () => stop.abort() });
    await expect(broken).rejects.toThrow(/aborted/);
    scene.startWorker();
    const collecting = collectScores(undefined, scene.path("scores.jsonl"), { redis: scene.url });
    await sleep(3000);
    const { chunks, open } = await submitPairs(path, options());
    expect(open).toBeLessThan(chunks);
    expect(await collecting).toMatchObject({ pairs: 800, failed: 0 });
  });

  test("a collection that is broken off and done again", async () => {
    const { id } = await submitPairs(await scene.writePairs(somePairs(1000)), options());
    scene.startWorker();
    const stop = new AbortController();
    const output = scene.path("scores.jsonl");
    const broken = collectScores(id, output, {
      redis: scene.url,
      signal: stop.signal,
      onProgress: ({ written }) => (written > 0 ? stop.abort() : undefined),
    });
    await expect(broken).rejects.toThrow(/aborted/);
    await expect(scene.readRows("scores.jsonl")).rejects.toThrow(/ENOENT/);
    expect(await collectScores(id, output, { redis: scene.url })).toMatchObject({ pairs: 1000 });
    expect(await scene.readRows("scores.jsonl")).toHaveLength(1000);
  });

  test("a chunk whose texts are lost: it is named, and submitting again mends it", async () => {
    const path = await scene.writePairs(somePairs(50));
    const { id } = await submitPairs(path, options());
    const redis = new Redis(scene.url);
    await redis.hdel(`crossrank:crossrank-bulk:${id}:texts`, "2");
    redis.disconnect();
    scene.startWorker();
    const collect = () => collectScores(id, scene.path("scores.jsonl"), { redis: scene.url });
    const error = await thrownBy(collect);
    expect(error).toMatchObject({ code: "CHUNK_LOST", details: { submission: id, chunk: 2 } });
    expect(error.message).toContain("no longer has its texts");
    expect(await submitPairs(path, options())).toMatchObject({ id, open: 1 });
    expect(await collect()).toMatchObject({ pairs: 50, failed: 0 });
  });

  test("a pair that every process dies over: it is named, and all others are scored", async () => {
    const pairs = somePairs(12);
    pairs[7] = ["how?", "deadly"];
    const { id } = await submitPairs(await scene.writePairs(pairs), options());
    const collecting = collectScores(id, scene.path("scores.jsonl"), { redis: scene.url });
    let status: number | null = null;
    let deaths = -1;
    while (status === null) {
      const script = ["--import", "tsx", "test/helpers/deadly-worker.ts", scene.url, tinyModelFolder];
      status = await endOf(spawn(process.execPath, script, { stdio: "ignore" }));
      deaths += 1;
    }
    // Two until the chunk is scored pair by pair, or fewer where a busy machine looks like a death; three more until the
    // pair is known.
    expect(status).toBe(0);
    expect([3, 4, 5]).toContain(deaths);
    const { failed, failures } = await collecting;
    expect({ failed, failures }).toEqual({ failed: 1, failures: [expect.objectContaining({ index: 7, line: 8 })] });
    const rows = await scene.readRows("scores.jsonl");
    expect(rows.map(({ score, code }) => score ?? code)).toEqual(
      pairs.map(([, document], index) => (index === 7 ? "WORKER_CRASHED" : document.length)),
    );
  });
});

describe.skipIf(noRedis)(`a bulk worker${noRedis ? ` (skipped: ${noRedis})` : ""}`, () => {
  const scene = useBulkScene();

  test("finishes what it has in hand when it is told to end", async () => {
    const path = await scene.writePairs(somePairs(600));
    const { id } = await submitPairs(path, { redis: scene.url, model: tinyModelFolder, chunkTokens });
    const worker = scene.startWorker();
    const scored = async () => {
      const redis = new Redis(scene.url);
      const count = Number(await redis.hget(`crossrank:crossrank-bulk:${id}`, "scored"));
      const active = await redis.llen("bull:crossrank-bulk:active");
      redis.disconnect();
      return { count, active };
    };
    while ((await scored()).count === 0) await sleep(50);
    worker.kill("SIGTERM");
    expect(await endOf(worker)).toBe(0);
    const { count, active } = await scored();
    expect(count).toBeLessThan(600);
    expect(active).toBe(0);
  });

  test("with another model than the others' ends, and leaves its chunk to them", async () => {
    const [one, other] = [scene.path("one"), scene.path("other")];
    for (const folder of [one, other]) await mkdir(folder);
    await cp(tinyModelFolder, `${one}/model`, { recursive: true });
    await cp("test/fixtures/tiny-nli", `${other}/model`, { recursive: true });
    const path = await scene.writePairs(somePairs(20));
    await submitPairs(path, { redis: scene.url, model: "model", chunkTokens });
    const work = (folder: string) =>
      spawn(process.execPath, [resolve("dist/cli.js"), "bulk", "work", "--redis", scene.url, "--until-done"], {
        cwd: folder,
      });
    const first = work(one);
    expect(await endOf(first)).toBe(0);
    const { id } = await submitPairs(path, { redis: scene.url, model: "model", chunkTokens });
    const redis = new Redis(scene.url);
    await redis.hdel(`crossrank:crossrank-bulk:${id}:results`, "1");
    await submitPairs(path, { redis: scene.url, model: "model", chunkTokens });
    const second = work(other);
    let stderr = "";
    second.stderr.on("data", (text) => (stderr += String(text)));
    expect(await endOf(second)).toBe(1);
    expect(stderr).toMatch(/error: The model in .*other.model must be the one that other workers .*\[MODEL_MISMATCH\]/);
    expect(await redis.llen("bull:crossrank-bulk:wait")).toBe(1);
    redis.disconnect();
  });

  test("without the model ends with what is missing", async () => {
    await submitPairs(await scene.writePairs(somePairs(3)), { redis: scene.url, model: "no/such/model" });
    const worker = startCli(["bulk", "work", "--redis", scene.url]);
    let stderr = "";
    worker.stderr?.on("data", (text) => (stderr += String(text)));
    expect(await endOf(worker)).toBe(1);
    expect(stderr).toContain("[MODEL_NOT_FOUND]");
  });
});
