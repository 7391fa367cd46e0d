import { mkdir, rmdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { defaultTiming, type Connection } from "../../../src/downloads/connection.js";
import { withLock } from "../../../src/downloads/with-lock.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const temporaryFolder = useTemporaryFolder();
const lockPath = () => join(temporaryFolder(), "locks", "hash.lock");

function connection(signal?: AbortSignal): Connection {
  const timing = { ...defaultTiming, lockPollMs: 5, lockStaleMs: 2000 };
  return {
    endpoint: "http://127.0.0.1",
    token: undefined,
    repository: "a/b",
    kind: "model",
    revision: "main",
    timing,
    signal,
  };
}

test("one holds it at a time", async () => {
  const events: string[] = [];
  const hold = (name: string) =>
    withLock(lockPath(), connection(), async () => {
      events.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      events.push(`${name} out`);
    });
  await Promise.all([hold("a"), hold("b")]);
  expect(events.map((event) => event.slice(2))).toEqual(["in", "out", "in", "out"]);
});

test("is given back after a failure, which is passed on", async () => {
  await expect(withLock(lockPath(), connection(), () => Promise.reject(new Error("Why.")))).rejects.toThrow("Why.");
  await expect(stat(lockPath())).rejects.toThrow("ENOENT");
});

test("of a process that died is taken over", async () => {
  await mkdir(lockPath(), { recursive: true });
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lockPath(), longAgo, longAgo);
  let isHeld = false;
  await withLock(lockPath(), connection(), async () => void (isHeld = true));
  expect(isHeld).toBe(true);
});

test("that was lost is told, and got again", async () => {
  let attempts = 0;
  await withLock(lockPath(), connection(), async (lost) => {
    if (++attempts === 2) return;
    // As another process does that takes this one for dead.
    await rmdir(lockPath());
    await new Promise((_, reject) => {
      lost.addEventListener("abort", () => reject(lost.reason as Error));
    });
  });
  expect(attempts).toBe(2);
});

test("is waited for until the caller has enough", async () => {
  await mkdir(lockPath(), { recursive: true });
  const reason = new Error("Enough.");
  const signal = AbortSignal.abort(reason);
  await expect(withLock(lockPath(), connection(signal), () => Promise.resolve())).rejects.toBe(reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  await expect(withLock(lockPath(), connection(controller.signal), () => Promise.resolve())).rejects.toBe(reason);
});
