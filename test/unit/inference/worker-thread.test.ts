import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";

import { ShapeMismatchError } from "../../../src/errors/index.js";
import { WorkerThread, type CallOptions } from "../../../src/inference/worker-thread.js";
import { fakeSpec, fakeWorkerUrl, requestsIn } from "../../helpers/fake-worker.js";
import { allThrownBy, thrownBy } from "../../helpers/thrown-by.js";

const limits = { batchSize: 32, maxBatchTokens: 1024 };
const tokenize = { type: "tokenize" } as const;

const threads: WorkerThread[] = [];

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.end(new Error("the test is over"))));
});

function start(folder?: string): WorkerThread {
  const thread = new WorkerThread(fakeSpec(folder), fakeWorkerUrl);
  threads.push(thread);
  return thread;
}

function score(thread: WorkerThread, documents: readonly string[], options: CallOptions = {}): Promise<Float32Array> {
  return thread.call({ type: "score", limits }, { queries: "query", documents }, options);
}

/** Asks the fake worker what came to it. */
async function requestsOf(thread: WorkerThread) {
  const requests = requestsIn(await thread.call(tokenize, { queries: "", documents: [] }, {}));
  return requests.slice(0, -1);
}

describe("a call", () => {
  test("sends its pairs, then starts, and resolves with the result", async () => {
    const thread = start();
    expect(await score(thread, ["a", "bcd"])).toEqual(Float32Array.of(1, 3));
    const callId = 1;
    expect(await requestsOf(thread)).toEqual([
      { type: "pairs", callId, pairs: { queries: "query", documents: ["a", "bcd"] } },
      { type: "start", callId, call: { type: "score", limits } },
    ]);
  });

  test("sends many characters in slices", async () => {
    const thread = start();
    const documents = ["x".repeat(200_000), "x".repeat(200_000), "x"];
    expect(await score(thread, documents)).toEqual(Float32Array.of(200_000, 200_000, 1));
    const types = (await requestsOf(thread)).map(({ type }) => type);
    expect(types).toEqual(["pairs", "pairs", "start"]);
  });

  test("is told its progress", async () => {
    const counts: number[] = [];
    await score(start(), ["a", "b", "c"], { onScored: (count) => counts.push(count) });
    expect(counts).toEqual([1, 2, 3]);
  });

  test("gets its own result and progress while others run", async () => {
    const thread = start();
    const counts: number[][] = [[], []];
    const results = await Promise.all([
      score(thread, ["a", "b"], { onScored: (count) => counts[0]?.push(count) }),
      score(thread, ["abc"], { onScored: (count) => counts[1]?.push(count) }),
    ]);
    expect(results).toEqual([Float32Array.of(1, 1), Float32Array.of(3)]);
    expect(counts).toEqual([[1, 2], [1]]);
  });

  test("that fails in the worker rejects with that error, and the thread goes on", async () => {
    const thread = start();
    const error = await thrownBy(() => score(thread, ["fail"]));
    expect(error).toBeInstanceOf(ShapeMismatchError);
    expect(error).toMatchObject({ message: "Too wide.", details: { tensor: "Wo" } });
    expect(await score(thread, ["a"])).toEqual(Float32Array.of(1));
  });

  test("whose onScored throws rejects with what it threw, is cancelled, and the thread goes on", async () => {
    const thread = start();
    const onScored = vi.fn(() => {
      throw new RangeError("thrown by the caller");
    });
    await expect(score(thread, ["a", "b", "c"], { onScored })).rejects.toThrow(new RangeError("thrown by the caller"));
    expect(onScored).toHaveBeenCalledOnce();
    expect(await requestsOf(thread)).toContainEqual({ type: "cancel", callId: 1 });
    expect(await score(thread, ["a"])).toEqual(Float32Array.of(1));
  });
});

describe("an aborted call", () => {
  test("rejects with the signal's reason at once, and the worker is told", async () => {
    const thread = start();
    await thread.loaded;
    const controller = new AbortController();
    const call = score(thread, ["wait"], { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(await requestsOf(thread)).toContainEqual({ type: "cancel", callId: 1 });
  });

  test("sends no more of its pairs", async () => {
    const thread = start();
    await thread.loaded;
    const controller = new AbortController();
    const documents = Array.from({ length: 5 }, () => "x".repeat(250_000));
    const call = score(thread, documents, { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    for (let turn = 0; turn < 2 * documents.length; turn++) await nextTurn();
    const types = (await requestsOf(thread)).map(({ type }) => type);
    expect(types).toEqual(["pairs", "cancel"]);
  });

  test("is not even sent if the signal was aborted before", async () => {
    const thread = start();
    await expect(score(thread, ["a"], { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
    expect(await requestsOf(thread)).toEqual([]);
  });

  test("leaves the others alone", async () => {
    const thread = start();
    const controller = new AbortController();
    const aborted = score(thread, ["wait"], { signal: controller.signal });
    const other = score(thread, ["abc"]);
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    expect(await other).toEqual(Float32Array.of(3));
  });

  test("does nothing if it has ended, and nothing listens to its signal any more", async () => {
    const thread = start();
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    await score(thread, ["a"], { signal: controller.signal });
    expect(removed).toHaveBeenCalledOnce();
    controller.abort("enough");
    expect((await requestsOf(thread)).map(({ type }) => type)).not.toContain("cancel");
  });
});

describe("a thread that ends", () => {
  test("by an exit rejects all its calls with the exit code", async () => {
    const thread = start();
    const calls = [score(thread, ["wait"]), score(thread, ["exit"])];
    for (const error of await allThrownBy(calls)) {
      expect(error.code).toBe("WORKER_CRASHED");
      expect(error.message).toContain("with exit code 7");
      expect(error.details).toEqual({ exitCode: 7 });
    }
    expect(thread.hasEnded).toBe(true);
  });

  test("by an error rejects all its calls with it as the cause", async () => {
    const thread = start();
    const error = await thrownBy(() => score(thread, ["throw"]));
    expect(error.code).toBe("WORKER_CRASHED");
    expect(error.message).toContain(": thrown in the worker.");
    expect(error.cause).toMatchObject({ name: "RangeError", message: "thrown in the worker" });
    expect(thread.hasEnded).toBe(true);
  });

  test("on demand rejects what is pending with the reason, loading too", async () => {
    const loading = start("never loads");
    const running = start();
    await running.loaded;
    const calls = Promise.allSettled([loading.loaded, score(running, ["wait"])]);
    const reason = new Error("no longer needed");
    await Promise.all([loading.end(reason), running.end(reason)]);
    expect((await calls).map((call) => call.status === "rejected" && call.reason === reason)).toEqual([true, true]);
    expect([loading.hasEnded, running.hasEnded]).toEqual([true, true]);
  });

  test("keeps the process alive until it has, whatever it still answers", async () => {
    const thread = start();
    const refs = vi.spyOn(Worker.prototype, "ref");
    const unrefs = vi.spyOn(Worker.prototype, "unref");
    onTestFinished(() => void vi.restoreAllMocks());
    await thread.end(new Error("the model is not even loaded"));
    const [lastRef = 0, lastUnref = 0] = [refs, unrefs].map(({ mock }) => mock.invocationCallOrder.at(-1));
    expect(lastRef).toBeGreaterThan(lastUnref);
  });

  test("can be ended again", async () => {
    const thread = start();
    await thread.loaded;
    await thread.end(new Error("no longer needed"));
    await thread.end(new Error("no longer needed"));
    expect(thread.hasEnded).toBe(true);
  });
});

describe("loading", () => {
  test("resolves with the facts of the model", async () => {
    expect((await start().loaded).weightBytes).toBeGreaterThan(0);
  });

  test("rejects with the worker's error", async () => {
    const error = await thrownBy(() => start("fails to load").loaded);
    expect(error).toBeInstanceOf(ShapeMismatchError);
  });

  test("rejects if the worker crashes", async () => {
    const error = await thrownBy(() => start("throws while loading").loaded);
    expect(error.code).toBe("WORKER_CRASHED");
    expect(error.message).toContain("thrown in the worker");
  });

  test("rejects if the script is not there", async () => {
    const thread = new WorkerThread(fakeSpec(), new URL("./no-such-worker.mjs", import.meta.url));
    threads.push(thread);
    const error = await thrownBy(() => thread.loaded);
    expect(error.code).toBe("WORKER_CRASHED");
    expect(error.message).toContain("no-such-worker.mjs");
  });
});
