import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { CacheUnavailableError } from "../errors/index.js";
import type { Connection } from "./connection.js";
import { isFile, type RepositoryCache } from "./repository-cache.js";
import { placeInSnapshot } from "./place-in-snapshot.js";
import type { RepositoryFile } from "./repository-file.js";
import { transfer } from "./transfer.js";
import { withLock } from "./with-lock.js";
import { withRetries } from "./with-retries.js";

/** An attempt that got so far does not count as a retry, or a large file could never come over a poor line. */
const goodPartBytes = 8 * 2 ** 20;

/**
 * Puts a file of the Hub into the cache, unless it is there.
 *
 * It gets its name in the cache once it is whole and proven. If several processes want it at once, one downloads it. A
 * download that broke off goes on where it stopped, in a later process too.
 *
 * @param onLoaded - Called with how many bytes of the file are there.
 * @throws {CacheUnavailableError} If the cache cannot be written to.
 * @throws Also what {@link transfer} throws.
 */
export async function downloadFile(
  connection: Connection,
  {
    cache,
    commit,
    file,
    onLoaded,
  }: { cache: RepositoryCache; commit: string; file: RepositoryFile; onLoaded: (loaded: number) => void },
): Promise<void> {
  const blob = cache.blobPath(file.hash);
  await inCache(cache, async () => {
    if (!(await isFile(blob))) {
      await mkdir(dirname(blob), { recursive: true });
      await withLock(cache.lockPath(file.hash), connection, async (lost) => {
        // The other process that had the lock has made it.
        if (await isFile(blob)) return;
        const path = `${blob}.crossrank.incomplete`;
        await transferWithRetries(connection, { file, commit, path, onLoaded, lost });
        await rename(path, blob);
      });
    }
    onLoaded(file.size);
    await placeInSnapshot(blob, cache.pointerPath(commit, file.path));
  });
}

async function transferWithRetries(connection: Connection, transferred: Parameters<typeof transfer>[1]): Promise<void> {
  let start: number | undefined;
  let loaded = 0;
  const attempt = () => {
    start = undefined;
    return transfer(connection, {
      ...transferred,
      onLoaded: (bytes) => {
        start ??= bytes;
        loaded = bytes;
        transferred.onLoaded(bytes);
      },
    });
  };
  const isFree = () => start !== undefined && loaded - start >= goodPartBytes;
  await withRetries(attempt, connection, { retries: connection.timing.transferRetries, isFree });
}

/**
 * Names the system's errors: whatever fails here that is not named yet is the cache's.
 *
 * @throws {CacheUnavailableError}
 */
async function inCache(cache: RepositoryCache, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const remedy = error.code === "ENOSPC" ? "Make room" : "Make it writable, or fill it on another machine beforehand";
    throw new CacheUnavailableError(
      `Downloads must be kept in ${cache.cacheDir}, but writing there failed: ${error.message}. ${remedy}, or name ` +
        `another folder by cacheDir or HF_HUB_CACHE.`,
      { path: cache.cacheDir, code: error.code },
      { cause: error },
    );
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "errno" in error;
}
