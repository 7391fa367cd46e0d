import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";

import { ModelWorker } from "../../../src/inference/model-worker.js";
import type { CallOptions } from "../../../src/inference/worker-thread.js";
import { fakeSpec, fakeWorkerUrl, requestsIn } from "../../helpers/fake-worker.js";
import { allThrownBy, thrownBy } from "../../helpers/thrown-by.js";

const limits = { batchSize: 32, maxBatchTokens: 1024 };

const workers: ModelWorker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.dispose()));
});

function create(folder?: string): ModelWorker {
  const worker = new ModelWorker(fakeSpec(folder), fakeWorkerUrl);
  workers.push(worker);
  return worker;
}

function score(worker: ModelWorker, documents: readonly string[], options?: CallOptions): Promise<Float32Array> {
  return worker.score({ queries: "query", documents }, limits, options);
}

/** The thread that a worker has, which the fake one tells as its bytes. */
async function threadOf(worker: ModelWorker): Promise<number> {
  return (await worker.load()).weightBytes;
}

test("calls load the model by themselves, all in one thread", async () => {
  const worker = create();
  const [first, scores, second, requests] = await Promise.all([
    threadOf(worker),
    score(worker, ["abc"]),
    threadOf(worker),
    worker.tokenize({ queries: "query", documents: ["a"] }),
  ]);
  expect(scores).toEqual(Float32Array.of(3));
  expect(second).toBe(first);
  expect(await threadOf(worker)).toBe(first);
  const callIds = requestsIn(requests).map((request) => request.type !== "end" && request.callId);
  expect(new Set(callIds)).toEqual(new Set([1, 2]));
});

test("tokenizing and scoring say what is wanted", async () => {
  const worker = create();
  await score(worker, ["a"]);
  await worker.scorePassages({ queries: "query", documents: ["a"] }, limits);
  const requests = requestsIn(await worker.tokenize({ queries: ["query"], documents: ["b"] }));
  expect(requests.filter(({ type }) => type === "start")).toEqual([
    { type: "start", callId: 1, call: { type: "score", limits } },
    { type: "start", callId: 2, call: { type: "scorePassages", limits } },
    { type: "start", callId: 3, call: { type: "tokenize" } },
  ]);
});

describe("after a crash", () => {
  test.each(["exit", "throw"])(
    "by %s, what was pending is rejected and the next call has a new thread",
    async (how) => {
      const worker = create();
      const thread = await threadOf(worker);
      const [waiting, crashing] = [score(worker, ["wait"]), score(worker, [how])];
      for (const call of [waiting, crashing]) expect((await thrownBy(() => call)).code).toBe("WORKER_CRASHED");
      expect(await score(worker, ["abc"])).toEqual(Float32Array.of(3));
      expect(await threadOf(worker)).not.toBe(thread);
    },
  );

  test("several calls at once start one thread", async () => {
    const worker = create();
    await thrownBy(() => score(worker, ["exit"]));
    const [first, scores, second] = await Promise.all([threadOf(worker), score(worker, ["abc"]), threadOf(worker)]);
    expect(scores).toEqual(Float32Array.of(3));
    expect(first).toBe(second);
  });

  test("disposing is fine", async () => {
    const worker = create();
    await thrownBy(() => score(worker, ["exit"]));
    await worker.dispose();
    expect(worker.isDisposed).toBe(true);
  });
});

test.each([
  ["fails to load", "SHAPE_MISMATCH"],
  ["throws while loading", "WORKER_CRASHED"],
])("of a worker that %s, all first calls are rejected, and the next one tries again", async (folder, code) => {
  const worker = create(folder);
  const errors = await allThrownBy([worker.load(), score(worker, ["a"])]);
  expect(errors.map((error) => error.code)).toEqual([code, code]);
  const next = await thrownBy(() => worker.load());
  expect(next.code).toBe(code);
  expect(errors).not.toContain(next);
});

describe("an aborted call", () => {
  test("rejects with the signal's reason while the thread is busy", async () => {
    const worker = create();
    await worker.load();
    const controller = new AbortController();
    const call = score(worker, ["wait"], { signal: controller.signal });
    setImmediate(() => controller.abort("enough"));
    await expect(call).rejects.toBe("enough");
  });

  test("rejects with the signal's reason while the model is loading", async () => {
    const worker = create("never loads");
    const controller = new AbortController();
    const call = score(worker, ["a"], { signal: controller.signal });
    setImmediate(() => controller.abort("enough"));
    await expect(call).rejects.toBe("enough");
  });

  test("starts no thread if the signal was aborted before", async () => {
    const worker = create("never loads");
    await expect(score(worker, ["a"], { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });
});

describe("disposing", () => {
  test("rejects what is pending, loading too", async () => {
    const [loading, running] = [create("never loads"), create()];
    await running.load();
    const errors = allThrownBy([loading.load(), score(loading, ["a"]), score(running, ["wait"])]);
    await nextTurn();
    await Promise.all([loading.dispose(), running.dispose()]);
    for (const error of await errors) {
      expect(error.code).toBe("DISPOSED");
      expect(error.message).toContain("while the call was running");
    }
  });

  test("rejects later calls", async () => {
    const worker = create();
    await worker.load();
    await worker.dispose();
    const calls = [worker.load(), score(worker, ["a"]), worker.tokenize({ queries: "", documents: [] })];
    for (const error of await allThrownBy(calls)) {
      expect(error.code).toBe("DISPOSED");
      expect(error.message).toContain("is disposed. Load the model again");
    }
  });

  test("is fine before anything was loaded, and again", async () => {
    const worker = create();
    await worker.dispose();
    await worker.dispose();
    expect(worker.isDisposed).toBe(true);
    expect((await thrownBy(() => worker.load())).code).toBe("DISPOSED");
  });
});
