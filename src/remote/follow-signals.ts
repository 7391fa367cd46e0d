import { setMaxListeners } from "node:events";

/** A signal that follows others, until it is let go. */
export interface FollowingSignal {
  signal: AbortSignal;
  abort: (reason: unknown) => void;
  /** Stops listening to the others. To be called whatever happens: they may live as long as the process. */
  release: () => void;
}

/** Aborts with the first of several signals, and with its reason. `AbortSignal.any()` came only with Node.js 20.3. */
export function followSignals(signals: readonly (AbortSignal | undefined)[]): FollowingSignal {
  const controller = new AbortController();
  // Every request of a call listens; more than ten are no leak here.
  setMaxListeners(0, controller.signal);
  const releases = signals.map((signal) => {
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    return () => signal?.removeEventListener("abort", abort);
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const release of releases) release();
    },
  };
}
