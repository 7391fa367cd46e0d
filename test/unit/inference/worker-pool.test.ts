import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";

import { WorkerPool } from "../../../src/inference/worker-pool.js";
import type { CallOptions } from "../../../src/inference/worker-thread.js";
import { fakeSpec, fakeWorkerUrl } from "../../helpers/fake-worker.js";
import { allThrownBy, thrownBy } from "../../helpers/thrown-by.js";

const limits = { batchSize: 32, maxBatchTokens: 1024 };

const pools: WorkerPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});

function create(size: number, folder?: string): WorkerPool {
  const pool = new WorkerPool({ ...fakeSpec(folder), maxLength: 8192 }, size, fakeWorkerUrl);
  pools.push(pool);
  return pool;
}

function score(pool: WorkerPool, documents: readonly string[], options?: CallOptions): Promise<Float32Array> {
  return pool.score({ queries: "query", documents }, limits, options);
}

/** A document that is scored with the id of its thread, and makes a part by itself. */
const longThread = `thread ${"x".repeat(5000)}`;

/** The threads that score a large call, in the order of the pool's workers if none of them has anything to do. */
async function threadsOf(pool: WorkerPool, count: number): Promise<number[]> {
  return [...(await score(pool, Array<string>(count).fill(longThread)))];
}

describe("a call", () => {
  test("with many pairs is spread over all workers, its logits in the order of the pairs", async () => {
    const pool = create(3);
    await pool.load();
    const documents = [5000, 3, 7000, 1, 6000, 2].map((length) => "x".repeat(length));
    expect(await score(pool, documents)).toEqual(Float32Array.of(5000, 3, 7000, 1, 6000, 2));
    expect(new Set(await threadsOf(pool, 3)).size).toBe(3);
  });

  test("with few pairs goes to one worker", async () => {
    const pool = create(3);
    const threads = await score(pool, Array<string>(20).fill("thread"));
    expect(new Set(threads).size).toBe(1);
  });

  test("goes to the worker that has least to do", async () => {
    const pool = create(3);
    const [first, second, third] = await threadsOf(pool, 3);
    const controller = new AbortController();
    const { signal } = controller;
    const busy = [score(pool, ["wait", "x".repeat(900)], { signal }), score(pool, ["wait"], { signal })];
    expect([...(await score(pool, ["thread"]))]).toEqual([third]);
    const more = score(pool, ["wait", "x".repeat(500)], { signal });
    expect([...(await score(pool, ["thread"]))]).toEqual([second]);
    controller.abort("enough");
    expect((await Promise.allSettled([...busy, more])).every(({ status }) => status === "rejected")).toBe(true);
    expect([...(await score(pool, ["thread"]))]).toEqual([first]);
  });

  test("at the same time as others of its size has a worker of its own", async () => {
    const pool = create(3);
    await pool.load();
    const threads = await Promise.all([1, 2, 3].map(() => score(pool, ["thread"])));
    expect(new Set(threads.map(([thread]) => thread)).size).toBe(3);
  });

  test("is tokenized by all workers, in the order of the pairs", async () => {
    const pool = create(2);
    const tokenized = await pool.tokenize({ queries: "", documents: ["x".repeat(5000), "x".repeat(6000)] });
    // The fake worker answers with the requests it got: here "pairs" and "start", of which the first is the one pair's.
    expect(tokenized).toMatchObject([
      { type: "pairs", pairs: { documents: ["x".repeat(5000)] } },
      { type: "pairs", pairs: { documents: ["x".repeat(6000)] } },
    ]);
  });

  test("of no pairs has no logits", async () => {
    expect(await score(create(2), [])).toEqual(new Float32Array(0));
  });

  test("counts the progress of all workers", async () => {
    const counts: number[] = [];
    await score(create(3), Array<string>(12).fill("x".repeat(2000)), { onScored: (count) => counts.push(count) });
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test("whose onScored throws rejects with that, in all workers", async () => {
    const pool = create(2);
    await pool.load();
    const onScored = vi.fn(() => {
      throw new RangeError("thrown by the caller");
    });
    const documents = Array<string>(8).fill("x".repeat(2000));
    await expect(score(pool, documents, { onScored })).rejects.toThrow("thrown by the caller");
    await threadsOf(pool, 2);
    expect(onScored).toHaveBeenCalledOnce();
  });

  test("that fails in one worker rejects, and all workers go on", async () => {
    const pool = create(2);
    const threads = await threadsOf(pool, 2);
    const error = await thrownBy(() => score(pool, ["x".repeat(5000), "wait", "x".repeat(5000), "fail"]));
    expect(error.code).toBe("SHAPE_MISMATCH");
    expect(new Set(await threadsOf(pool, 2))).toEqual(new Set(threads));
  });
});

describe("a worker that crashes", () => {
  test.each(["exit", "throw"])("by %s takes its own calls with it, and is replaced", async (how) => {
    const pool = create(2);
    const [first, second] = await threadsOf(pool, 2);
    const controller = new AbortController();
    const blocking = score(pool, ["wait"], { signal: controller.signal });
    const crashing = score(pool, [how]);
    expect((await thrownBy(() => crashing)).code).toBe("WORKER_CRASHED");
    const outcome = await Promise.race([blocking.catch(() => "rejected"), nextTurn("still running")]);
    expect(outcome).toBe("still running");
    controller.abort("enough");
    await expect(blocking).rejects.toBe("enough");
    const threads = await threadsOf(pool, 2);
    expect(threads).toContain(first);
    expect(threads).not.toContain(second);
  });

  test("rejects a call that is spread over all workers", async () => {
    const pool = create(3);
    await pool.load();
    const documents = ["x".repeat(5000), "x".repeat(5000), "x".repeat(5000), "wait", "exit"];
    expect((await thrownBy(() => score(pool, documents))).code).toBe("WORKER_CRASHED");
    expect(new Set(await threadsOf(pool, 3)).size).toBe(3);
  });
});

describe("aborting a call", () => {
  test("rejects it with the signal's reason while all its workers are busy", async () => {
    const pool = create(2);
    await pool.load();
    const controller = new AbortController();
    const call = score(pool, ["x".repeat(5000), "x".repeat(5000), "wait", "wait"], { signal: controller.signal });
    setImmediate(() => controller.abort("enough"));
    await expect(call).rejects.toBe("enough");
    expect(await score(pool, ["abc"])).toEqual(Float32Array.of(3));
  });

  test("before it starts is fine too", async () => {
    const signal = AbortSignal.abort("enough");
    for (const documents of [["a"], [longThread, longThread]])
      await expect(score(create(2, "never loads"), documents, { signal })).rejects.toBe("enough");
  });

  test("of a dozen workers warns of no leak", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    expect(new Set(await threadsOf(create(12), 12)).size).toBe(12);
    await nextTurn();
    process.off("warning", warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe("loading", () => {
  test("starts all threads", async () => {
    const pool = create(3);
    const { weightBytes: firstThread } = await pool.load();
    expect(await threadsOf(pool, 3)).toEqual([firstThread, firstThread + 1, firstThread + 2]);
  });

  test.each([
    ["fails to load", "SHAPE_MISMATCH"],
    ["throws while loading", "WORKER_CRASHED"],
  ])("of a model that %s rejects once, before there is a second thread", async (folder, code) => {
    const [before] = await threadsOf(create(1), 1);
    expect((await thrownBy(() => create(3, folder).load())).code).toBe(code);
    const [after] = await threadsOf(create(1), 1);
    expect(after).toBe((before ?? NaN) + 2);
  });
});

describe("disposing", () => {
  test("rejects what is pending in any worker, loading too", async () => {
    const [loading, running] = [create(2, "never loads"), create(2)];
    await running.load();
    const calls = [
      loading.load(),
      score(loading, [longThread, longThread]),
      score(running, ["wait"]),
      score(running, ["x".repeat(5000), "x".repeat(5000), "wait", "wait"]),
    ];
    const errors = allThrownBy(calls);
    await nextTurn();
    await Promise.all([loading.dispose(), running.dispose()]);
    expect((await errors).map(({ code }) => code)).toEqual(Array(4).fill("DISPOSED"));
  });

  test("rejects later calls, and twice is fine", async () => {
    const pool = create(2);
    await pool.load();
    await pool.dispose();
    await pool.dispose();
    expect(pool.isDisposed).toBe(true);
    const calls = [pool.load(), score(pool, ["a"]), score(pool, [longThread, longThread])];
    for (const error of await allThrownBy(calls)) expect(error.code).toBe("DISPOSED");
  });
});
