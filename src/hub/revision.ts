/** What models and datasets of the Hub have in common: revisions, and cached commits where the Hub does not answer. */
import { isRetryable, type Connection } from "../downloads/index.js";
import { InvalidOptionsError } from "../errors/index.js";

export const defaultRevision = "main";

/** As git allows it, and so that it stays in the cache's folder. */
export function requireRevision(revision: string): void {
  if (!/^[/.]|[/.]$|\/\/|\/\.|\.\.|[\0-\x20\x7f~^:?*[\\]/.test(revision) && revision !== "") return;
  throw new InvalidOptionsError(
    `revision must be a branch, tag or commit hash, got ${JSON.stringify(revision)}. See the model's page for those it has.`,
    { revision },
  );
}

/**
 * Asks the Hub; if it does not answer for now, a commit that the cache has will do, with a warning.
 *
 * @param ask - Gets how often it may try again.
 */
export async function orCachedCommit<Found extends { commit: string }>(
  { timing, signal }: Connection,
  cachedCommit: string | undefined,
  ask: (retries: number) => Promise<Found>,
): Promise<Found | { commit: string }> {
  // With something to fall back on, nobody should have to wait for retries.
  const retries = cachedCommit === undefined ? timing.lookupRetries : 0;
  try {
    return await ask(retries);
  } catch (error) {
    signal?.throwIfAborted();
    if (cachedCommit === undefined || !isPassing(error)) throw error;
    process.emitWarning(`${(error as Error).message} Using the cached commit ${cachedCommit} instead.`, {
      type: "CrossrankWarning",
    });
    return { commit: cachedCommit };
  }
}

/** Whether an error says nothing about the repository, only about now. */
function isPassing(error: unknown): boolean {
  return isRetryable(error) || ["RATE_LIMITED", "HUB_UNREACHABLE"].includes((error as { code?: string }).code ?? "");
}
