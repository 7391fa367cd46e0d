import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";

import { runTogether } from "../../../src/inference/run-together.js";
import type { CallOptions } from "../../../src/inference/worker-thread.js";

/** A part that waits for its signal. */
function waiting({ signal }: CallOptions): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
}

test("all parts start at once, and their results come in their order", async () => {
  const started: string[] = [];
  const part = (name: string, turns: number) => async () => {
    started.push(name);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    return name;
  };
  const results = runTogether([part("slow", 3), part("fast", 0)], {});
  expect(started).toEqual(["slow", "fast"]);
  expect(await results).toEqual(["slow", "fast"]);
});

test("a single part gets the signal and the callback of the call", async () => {
  const options = { signal: new AbortController().signal, onScored: vi.fn() };
  const part = vi.fn<(options: CallOptions) => Promise<string>>(async () => "result");
  expect(await runTogether([part], options)).toEqual(["result"]);
  expect(part.mock.calls[0]?.[0].signal).toBe(options.signal);
  expect(part.mock.calls[0]?.[0].onScored).toBe(options.onScored);
});

test("progress is that of all parts", async () => {
  const onScored = vi.fn();
  const told: ((count: number) => void)[] = [];
  const part = async (options: CallOptions) => told.push((count) => options.onScored?.(count));
  await runTogether([part, part], { onScored });
  told[0]?.(2);
  told[1]?.(5);
  told[0]?.(3);
  expect(onScored.mock.calls).toEqual([[2], [7], [8]]);
});

describe("a part that fails", () => {
  test("rejects the call with its error and aborts the others", async () => {
    const error = new Error("part failed");
    const reasons: unknown[] = [];
    const other = (options: CallOptions) =>
      waiting(options).catch((reason: unknown) => {
        reasons.push(reason);
        throw reason;
      });
    const failing = async () => {
      await nextTurn();
      throw error;
    };
    await expect(runTogether([other, failing, other], {})).rejects.toBe(error);
    await nextTurn();
    expect(reasons).toEqual([error, error]);
  });
});

describe("the call's signal", () => {
  test("aborts all parts with its reason", async () => {
    const controller = new AbortController();
    const call = runTogether([waiting, waiting], { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
  });

  test("starts no part if it was aborted before", async () => {
    const part = vi.fn(async () => undefined);
    await expect(runTogether([part, part], { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
    expect(part).not.toHaveBeenCalled();
  });

  test("has no listener left once the call has ended", async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const part = async () => undefined;
    await runTogether([part, part], { signal });
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
  });
});
