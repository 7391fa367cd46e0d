import { setTimeout as wait } from "node:timers/promises";
import { CrossrankError } from "../errors/index.js";
import type { Connection } from "./connection.js";

/** How often something is tried. */
export interface Retries {
  retries: number;
  /** Whether the last attempt got so far that it does not count. @default never */
  isFree?: () => boolean;
}

/**
 * Tries something again while its error says that this may help, waiting ever longer, and at least as long as the Hub
 * asks.
 *
 * @throws The last error, or the reason of the connection's signal.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { signal, timing }: Connection,
  { retries, isFree = () => false }: Retries,
): Promise<Result> {
  signal?.throwIfAborted();
  const { default: pRetry } = await import("p-retry");
  try {
    return await pRetry(attempt, {
      retries,
      minTimeout: timing.backoffMs,
      // Many processes that failed together should not come back together.
      randomize: true,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => isRetryable(error),
      shouldConsumeRetry: () => !isFree(),
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (retriesLeft > 0 && isRetryable(error)) await waitAsAsked(error, signal);
      },
    });
  } catch (error) {
    // p-retry wraps a reason that is no error.
    signal?.throwIfAborted();
    throw error;
  }
}

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): boolean {
  return CrossrankError.isInstance(error) && error.details["isRetryable"] === true;
}

async function waitAsAsked(error: Error, signal: AbortSignal | undefined): Promise<void> {
  const milliseconds = CrossrankError.isInstance(error) ? error.details["retryAfterMs"] : undefined;
  if (typeof milliseconds === "number")
    await wait(milliseconds, undefined, { ...(signal === undefined ? {} : { signal }) });
}
