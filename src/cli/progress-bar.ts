import type { SingleBar } from "cli-progress";

/** Work that takes less shows no bar. */
const quietMs = 1000;

/** How far a command has come, on standard error. Disposing takes it off the terminal. */
export interface ProgressBar extends Disposable {
  /** @param done - In the unit of the bar's total. */
  update(done: number, pairs: number): void;
}

export const noProgressBar: ProgressBar = { update: () => undefined, [Symbol.dispose]: () => undefined };

/**
 * Starts a progress bar, which shows itself after a second. There is none if standard error is no terminal.
 *
 * @param total - What `done` counts up to; if it is not known, only the pairs are shown.
 */
export async function startProgressBar(total: number | undefined): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return noProgressBar;
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    format: total === undefined ? "{pairs} pairs" : "{bar} {percentage}% | {pairs} pairs | {eta_formatted} left",
    barsize: 24,
    clearOnComplete: true,
    // The terminal stays as it is: what the bar switches off would stay off after Ctrl-C.
    linewrap: true,
    hideCursor: false,
  });
  return showLater(bar, total ?? 0);
}

function showLater(bar: SingleBar, total: number): ProgressBar {
  const startedAt = performance.now();
  return {
    update: (done, pairs) => {
      if (bar.isActive) bar.update(done, { pairs });
      else if (performance.now() - startedAt > quietMs) bar.start(total, done, { pairs });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
