import type { SingleBar } from "cli-progress";

/** Work that takes less shows no bar. */
const quietMs = 1000;

/** How far a command has come, on standard error. Disposing takes it off the terminal. */
export interface ProgressBar extends Disposable {
  /**
   * @param done - In the unit of the bar's total.
   * @param count - What is shown beside the bar, in the bar's unit.
   */
  update(done: number, count: number): void;
}

export const noProgressBar: ProgressBar = { update: () => undefined, [Symbol.dispose]: () => undefined };

/**
 * Starts a progress bar, which shows itself after a second. There is none if standard error is no terminal.
 *
 * @param total - What `done` counts up to; if it is not known, only the count is shown.
 * @param unit - Of the count.
 */
export async function startProgressBar(total: number | undefined, unit = "pairs"): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return noProgressBar;
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    format: total === undefined ? `{count} ${unit}` : `{bar} {percentage}% | {count} ${unit} | {eta_formatted} left`,
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
    update: (done, count) => {
      if (bar.isActive) bar.update(done, { count });
      else if (performance.now() - startedAt > quietMs) bar.start(total, done, { count });
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
