import { expect, test, vi } from "vitest";

import { untilAborted } from "../../../src/inference/until-aborted.js";

const never = new Promise<never>(() => undefined);

test("gives what the promise comes to, with a signal and without", async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(3), signal)).toBe(3);
  expect(await untilAborted(Promise.resolve(3), undefined)).toBe(3);
  await expect(untilAborted(Promise.reject(new RangeError("too far")), signal)).rejects.toThrow("too far");
});

test("rejects with the signal's reason, whatever it is", async () => {
  const controller = new AbortController();
  const waiting = untilAborted(never, controller.signal);
  controller.abort("enough");
  await expect(waiting).rejects.toBe("enough");
});

test("leaves nothing that listens to the signal", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  vi.spyOn(signal, "addEventListener").mockImplementation((_type, listener, options) => {
    listeners.add(listener);
    const removal = typeof options === "object" ? options.signal : undefined;
    removal?.addEventListener("abort", () => listeners.delete(listener));
  });
  const waiting = untilAborted(Promise.resolve(3), signal);
  expect(listeners.size).toBe(1);
  await waiting;
  expect(listeners.size).toBe(0);
});
