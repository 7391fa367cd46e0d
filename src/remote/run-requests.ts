import { followSignals } from "./follow-signals.js";

/** How a call's requests are run. */
export interface RunOptions {
  /** Most requests under way at once. */
  concurrency: number;
  signal: AbortSignal;
}

/**
 * Runs the requests of a call, some at a time. What fails one rejects the call and aborts the others.
 *
 * @param run - Sends one; listens to the signal it is given.
 * @returns The results, in the order of the items.
 */
export async function runRequests<Item, Result>(
  items: readonly Item[],
  run: (item: Item, signal: AbortSignal) => Promise<Result>,
  { concurrency, signal }: RunOptions,
): Promise<Result[]> {
  const { default: map } = await import("p-map");
  const following = followSignals([signal]);
  try {
    following.signal.throwIfAborted();
    return await map(items, (item) => run(item, following.signal), { concurrency, signal: following.signal });
  } catch (error) {
    following.abort(error);
    throw error;
  } finally {
    following.release();
  }
}
