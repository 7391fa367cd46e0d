/** Watches something that should never be silent for long. Stopped when disposed. */
export interface StallTimer extends Disposable {
  /** Aborted by a stall, or by the signal that was given. */
  readonly signal: AbortSignal;
  readonly isStalled: boolean;
  /** Says that something came. */
  touch(): void;
}

/** Starts a timer that aborts its signal once `stallMs` pass without {@link StallTimer.touch}. */
export function startStallTimer(stallMs: number, outer: readonly (AbortSignal | undefined)[]): StallTimer {
  const controller = new AbortController();
  const listening = new AbortController();
  let isStalled = false;
  const timer = setTimeout(() => {
    isStalled = true;
    controller.abort();
  }, stallMs);
  for (const signal of outer) {
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true, signal: listening.signal });
  }
  return {
    signal: controller.signal,
    get isStalled() {
      return isStalled;
    },
    touch: () => void timer.refresh(),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      listening.abort();
    },
  };
}
