import { setMaxListeners } from "node:events";
import type { CallOptions } from "./worker-thread.js";

/**
 * Runs the parts of a call as one call: its signal aborts them all, progress is that of all together, and what fails one
 * part rejects the call and aborts the others.
 *
 * A single part gets the call's options as they are.
 *
 * @param parts - Each starts its part, all at once, and listens to the signal it is given.
 * @returns The parts' results, in their order.
 */
export async function runTogether<Result>(
  parts: readonly ((options: CallOptions) => Promise<Result>)[],
  { signal, onScored }: CallOptions,
): Promise<readonly Result[]> {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return [await only({ signal, onScored })];
  signal?.throwIfAborted();
  const controller = new AbortController();
  // Each part listens; more than ten are no leak here.
  setMaxListeners(0, controller.signal);
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const onPartScored = onScored && sumProgress(onScored);
  try {
    return await Promise.all(
      parts.map((run, position) =>
        run({ signal: controller.signal, onScored: (count) => onPartScored?.(position, count) }),
      ),
    );
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Tells how many pairs are scored in all parts. */
function sumProgress(onScored: (count: number) => void): (position: number, count: number) => void {
  const counts: number[] = [];
  return (position, count) => {
    counts[position] = count;
    onScored(counts.reduce((sum, partCount) => sum + partCount, 0));
  };
}
