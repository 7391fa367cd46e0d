import { availableParallelism } from "node:os";
import { readCpuQuota } from "./cpu-quota.js";

/**
 * Cores that the process can keep busy: those it may run on, but no more than its CPU quota pays for.
 *
 * A fraction is rounded down. With 2 threads on a quota of 1.5 cores the kernel stops both for a quarter of each period,
 * and the threads of a matrix product wait for each other. libuv rounds down too, since it counts quotas itself (1.49,
 * Node.js 22.12); reading the quota here can go with Node.js 20.
 *
 * @param root - As for {@link readCpuQuota}.
 * @returns At least 1.
 */
export function availableCores(root?: string): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(readCpuQuota(root))));
}
