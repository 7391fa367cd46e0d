/**
 * WebGPU is for one thread of a process at a time: in onnxruntime-node 1.30 two that open or run sessions at once crash
 * the process, and in turns they work. So each use of it waits for its turn, across all threads.
 */
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";

/** Environment data of threads are inherited, also by those that another copy of this package starts. */
const key = "crossrank.webgpuLock";

const [free, taken] = [0, 1];

/** The last of this thread's uses; the next one comes after it. */
let last: Promise<unknown> = Promise.resolve();

/** Makes the lock known to all threads that are started from now on: before the first one, or each has its own. */
export function shareWebGpuLock(): void {
  const known: unknown = getEnvironmentData(key);
  if (known === undefined) setEnvironmentData(key, new SharedArrayBuffer(4));
}

/** Runs `use` when no other use is running in any thread. Waiting for other threads holds the calling one. */
export async function withWebGpu<Result>(use: () => Promise<Result>): Promise<Result> {
  shareWebGpuLock();
  const turn = last.then(async () => {
    const lock = new Int32Array(getEnvironmentData(key) as unknown as SharedArrayBuffer);
    while (Atomics.compareExchange(lock, 0, free, taken) !== free) Atomics.wait(lock, 0, taken);
    try {
      return await use();
    } finally {
      Atomics.store(lock, 0, free);
      Atomics.notify(lock, 0, 1);
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}
