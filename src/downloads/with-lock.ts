import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "./connection.js";

/**
 * Does something while no other process, and nothing else in this one, does it under the same lock.
 *
 * @param path - Of the lock. Its folder is made.
 * @param action - Gets a signal that is aborted if the lock was lost, because the process stood still for too long; it is
 * then done again, once the lock can be had.
 * @throws What `action` throws, the system's error if the lock cannot be made, or the reason of the connection's signal.
 */
export async function withLock(
  path: string,
  connection: Connection,
  action: (lost: AbortSignal) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    const lost = new AbortController();
    const release = await acquire(path, connection, () => lost.abort(new Error("The lock was lost.")));
    try {
      await action(lost.signal);
      return;
    } catch (error) {
      connection.signal?.throwIfAborted();
      if (!lost.signal.aborted) throw error;
    } finally {
      // Fails if it was lost: then it is another's.
      await release().catch(() => undefined);
    }
  }
}

async function acquire(path: string, { signal, timing }: Connection, onLost: () => void): Promise<() => Promise<void>> {
  const { default: lockfile } = await import("proper-lockfile");
  const options = { lockfilePath: path, realpath: false, stale: timing.lockStaleMs, onCompromised: onLost };
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await lockfile.lock(path, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    await wait(timing.lockPollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
