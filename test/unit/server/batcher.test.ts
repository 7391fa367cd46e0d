import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Pair } from "../../../src/cross-encoder/index.js";
import { InferenceError, WorkerCrashedError } from "../../../src/errors/index.js";
import { Batcher, type ScorePairs } from "../../../src/server/batching/batcher.js";

interface Call {
  documents: string[];
  signal: AbortSignal;
  finish(): void;
  fail(error: Error): void;
}

/** A model whose calls end when the test says so; a logit is a document's length. */
function heldModel(): { calls: Call[]; score: ScorePairs } {
  const calls: Call[] = [];
  const score: ScorePairs = (pairs, { signal, onTokenized }) =>
    new Promise((resolve, reject) => {
      const documents = pairs.map(([, document]) => document);
      onTokenized({
        tokens: Uint32Array.from(documents, ({ length }) => length),
        truncated: new Uint8Array(pairs.length),
      });
      calls.push({
        documents,
        signal,
        finish: () => resolve(Float32Array.from(documents, ({ length }) => length)),
        fail: reject,
      });
    });
  return { calls, score };
}

function batcherOf(score: ScorePairs, { maxCalls = 1, maxQueueTokens = 10_000 } = {}): Batcher {
  const observer = { onCall: () => undefined };
  return new Batcher({ score, maxPairTokens: 512, microBatchTokens: 512, maxCalls, maxQueueTokens, observer });
}

const pairs = (...documents: string[]): Pair[] => documents.map((document) => ["q", document]);
const never = new AbortController().signal;

test("requests that come while a call runs share the next one", async () => {
  const { calls, score } = heldModel();
  const batcher = batcherOf(score);
  const results = [pairs("a"), pairs("bb", "b"), pairs("ccc")].map((each) => batcher.score(each, never));
  expect(calls.map(({ documents }) => documents)).toEqual([["a"]]);
  calls[0]?.finish();
  await results[0];
  await nextTurn();
  expect(calls[1]?.documents).toEqual(["bb", "b", "ccc"]);
  calls[1]?.finish();
  const settled = await Promise.all(results);
  expect(settled.map(({ logits }) => [...logits])).toEqual([[1], [2, 1], [3]]);
  expect(settled.map(({ tokens }) => tokens)).toEqual([1, 3, 3]);
});

test("a full queue refuses, but an empty one takes a request of any size", async () => {
  const { calls, score } = heldModel();
  const batcher = batcherOf(score, { maxQueueTokens: 100 });
  const running = batcher.score(pairs("a"), never);
  const huge = batcher.score(pairs(...Array<string>(50).fill("x".repeat(100))), never);
  await expect(batcher.score(pairs("b"), never)).rejects.toMatchObject({
    code: "OVERLOADED",
    details: { limit: 100, retryAfterMs: 1000 },
  });
  calls[0]?.finish();
  await running;
  await nextTurn();
  while (batcher.queuedTokens > 0) {
    calls.at(-1)?.finish();
    await nextTurn();
  }
  calls.at(-1)?.finish();
  expect((await huge).logits).toHaveLength(50);
});

describe("a request that nobody waits for", () => {
  test("leaves the queue", async () => {
    const { calls, score } = heldModel();
    const batcher = batcherOf(score);
    const running = batcher.score(pairs("a"), never);
    const controller = new AbortController();
    const left = batcher.score(pairs("b"), controller.signal);
    const other = batcher.score(pairs("c"), never);
    controller.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    calls[0]?.finish();
    await running;
    await nextTurn();
    expect(calls[1]?.documents).toEqual(["c"]);
    calls[1]?.finish();
    await other;
  });

  test("aborts its call only if nobody else has a part in it", async () => {
    const { calls, score } = heldModel();
    const batcher = batcherOf(score);
    const running = batcher.score(pairs("a"), never);
    const [first, second] = [new AbortController(), new AbortController()];
    const shared = [first, second].map(({ signal }) =>
      batcher.score(pairs("b"), signal).catch((error: unknown) => (error as Error).message),
    );
    calls[0]?.finish();
    await running;
    await nextTurn();
    first.abort(new Error("first left"));
    expect(calls[1]?.signal.aborted).toBe(false);
    second.abort(new Error("second left"));
    expect(calls[1]?.signal.aborted).toBe(true);
    expect(await Promise.all(shared)).toEqual(["first left", "second left"]);
  });
});

describe("a call that fails", () => {
  test("is repeated request by request, and only the one at fault gets the error", async () => {
    const seen: string[][] = [];
    const score: ScorePairs = async (batch) => {
      const documents = batch.map(([, document]) => document);
      seen.push(documents);
      await nextTurn();
      if (documents.includes("bad")) throw new InferenceError("Failed.");
      return Float32Array.from(documents, ({ length }) => length);
    };
    const batcher = batcherOf(score);
    const results = ["a", "bb", "bad", "cccc"].map((document) =>
      batcher.score(pairs(document), never).then(
        ({ logits }) => logits[0],
        (error: unknown) => (error as InferenceError).code,
      ),
    );
    expect(await Promise.all(results)).toEqual([1, 2, "INFERENCE_FAILED", 4]);
    expect(seen).toEqual([["a"], ["bb", "bad", "cccc"], ["bb"], ["bad"], ["cccc"]]);
  });

  test("because its thread died is tried once more, alone", async () => {
    let crashes = 0;
    const score: ScorePairs = async (batch) => {
      await nextTurn();
      if (crashes++ === 0) throw new WorkerCrashedError("Died.");
      return new Float32Array(batch.length);
    };
    expect((await batcherOf(score).score(pairs("a", "b"), never)).logits).toHaveLength(2);
  });

  test("is repeated with nothing beside it, also of what comes meanwhile", async () => {
    const { calls, score } = heldModel();
    const batcher = batcherOf(score, { maxCalls: 2 });
    const first = batcher.score(pairs("a"), never);
    calls[0]?.fail(new WorkerCrashedError("Died."));
    await nextTurn();
    const other = batcher.score(pairs("b"), never);
    expect(calls.map(({ documents }) => documents)).toEqual([["a"], ["a"]]);
    calls[1]?.finish();
    await first;
    await nextTurn();
    expect(calls[2]?.documents).toEqual(["b"]);
    calls[2]?.finish();
    await other;
  });

  test("again and again because its thread dies ends with that error", async () => {
    let calls = 0;
    const score: ScorePairs = async () => {
      calls += 1;
      throw new WorkerCrashedError("Died.");
    };
    await expect(batcherOf(score).score(pairs("a"), never)).rejects.toMatchObject({ code: "WORKER_CRASHED" });
    expect(calls).toBe(2);
  });
});

test("a request without pairs is answered at once", async () => {
  const { calls, score } = heldModel();
  expect(await batcherOf(score).score([], never)).toMatchObject({ tokens: 0, truncated: [] });
  expect(calls).toEqual([]);
});
