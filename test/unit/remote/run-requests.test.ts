import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { runRequests } from "../../../src/remote/run-requests.js";

test("results have the order of the items", async () => {
  const { signal } = new AbortController();
  const run = (item: number) => new Promise<number>((resolve) => setTimeout(() => resolve(2 * item), 5 - item));
  expect(await runRequests([1, 2, 3], run, { concurrency: 2, signal })).toEqual([2, 4, 6]);
});

test("a request that fails aborts the others, and nobody listens to the call's signal any longer", async () => {
  const { signal } = new AbortController();
  const reasons: unknown[] = [];
  const run = async (item: number, own: AbortSignal) => {
    own.addEventListener("abort", () => reasons.push(own.reason));
    if (item === 2) throw new RangeError("second");
    await new Promise(() => undefined);
  };
  const call = runRequests([1, 2], run, { concurrency: 2, signal });
  await expect(call).rejects.toThrow(new RangeError("second"));
  expect(reasons).toEqual([new RangeError("second"), new RangeError("second")]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a signal that is aborted already lets nothing run", async () => {
  const run = () => Promise.reject(new Error("ran"));
  const call = runRequests([1], run, { concurrency: 1, signal: AbortSignal.abort("enough") });
  await expect(call).rejects.toBe("enough");
});
