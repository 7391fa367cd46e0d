import { WorkerPool, type LoadedModel, type ModelSpec } from "../inference/index.js";
import { warnOnce } from "./warn-once.js";

/**
 * Starts worker threads, and has each load a model. A warning tells once of a device that was not to be had.
 *
 * @throws What loading throws, or the signal's reason; the threads have ended then.
 */
export async function loadWorkers(
  spec: ModelSpec,
  { workers: count, signal }: { workers: number; signal?: AbortSignal | undefined },
): Promise<{ workers: WorkerPool; loaded: Omit<LoadedModel, "fallback"> }> {
  const workers = new WorkerPool(spec, count);
  const { fallback, ...loaded } = await loadUnlessAborted(workers, signal);
  if (fallback !== undefined) warnOnce(fallback);
  return { workers, loaded };
}

async function loadUnlessAborted(workers: WorkerPool, signal: AbortSignal | undefined): Promise<LoadedModel> {
  signal?.throwIfAborted();
  const abort = () => void workers.dispose();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await workers.load();
  } catch (error) {
    await workers.dispose();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
