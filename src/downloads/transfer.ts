import { createHash, type Hash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { ReadableStream } from "node:stream/web";
import { ChecksumMismatchError } from "../errors/index.js";
import { repositoryAddress, type Connection } from "./connection.js";
import { brokenOff } from "./network-error.js";
import type { RepositoryFile } from "./repository-file.js";
import { readingError, request, type Answer } from "./request.js";
import { startStallTimer, type StallTimer } from "./stall-timer.js";

/** One file on its way. */
export interface Transfer {
  file: RepositoryFile;
  commit: string;
  /** Where the bytes go. What is there already counts. */
  path: string;
  /** Called with how many bytes are there. */
  onLoaded: (loaded: number) => void;
  /** Ends the transfer if it is no longer this process's to make. */
  lost: AbortSignal;
}

/**
 * Makes one attempt to download a file, or the rest of it, and proves that it is the one that the Hub listed.
 *
 * Bytes that came stay in the file when an attempt fails, unless they are wrong.
 *
 * @throws {HubUnreachableError | DownloadError | RateLimitedError} If the transfer breaks off or stalls, or the Hub fails.
 * @throws {ChecksumMismatchError} If what came is another file; worth a retry if it was pieced together.
 * @throws The system's error if the file cannot be written.
 */
export async function transfer(connection: Connection, transferred: Transfer): Promise<void> {
  const { file, path, onLoaded } = transferred;
  const handle = await open(path, "a+");
  try {
    const kept = await keepPart(handle, file);
    const sink = { handle, hash: kept.hash, loaded: kept.size };
    if (sink.loaded < file.size) await receive(connection, transferred, sink);
    onLoaded(sink.loaded);
    await requireHash(sink, { connection, file, isPieced: kept.size > 0 });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Where bytes go as they come. */
interface Sink {
  handle: FileHandle;
  hash: Hash;
  loaded: number;
}

/** What an earlier attempt left, if it can be a part of the file. */
async function keepPart(handle: FileHandle, file: RepositoryFile): Promise<{ size: number; hash: Hash }> {
  const { size } = await handle.stat();
  const hash = startHash(file);
  if (size > file.size) {
    await handle.truncate(0);
    return { size: 0, hash };
  }
  if (size > 0) {
    for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk as Buffer);
  }
  return { size, hash };
}

async function receive(connection: Connection, { file, commit, lost, onLoaded }: Transfer, sink: Sink): Promise<void> {
  using timer = startStallTimer(connection.timing.stallMs, [connection.signal, lost]);
  const headers = sink.loaded > 0 ? { range: `bytes=${sink.loaded}-` } : {};
  const answer = await request(connection, fileAddress(connection, commit, file.path), { headers, timer });
  if (sink.loaded > 0 && !continuesAt(answer.response, sink.loaded)) await startAnew(sink, file);
  onLoaded(sink.loaded);
  for await (const chunk of bodyOf(answer, connection, timer)) {
    sink.loaded += chunk.byteLength;
    if (sink.loaded > file.size) break;
    sink.hash.update(chunk);
    await sink.handle.appendFile(chunk);
    onLoaded(sink.loaded);
  }
  if (sink.loaded < file.size) throw brokenOff(new Error("too few bytes"), connection, answer.url);
}

/** A server need not heed a range: then the file comes from its start. */
function continuesAt({ status, headers }: Response, position: number): boolean {
  return status === 206 && headers.get("content-range")?.startsWith(`bytes ${position}-`) === true;
}

async function startAnew(sink: Sink, file: RepositoryFile): Promise<void> {
  await sink.handle.truncate(0);
  sink.hash = startHash(file);
  sink.loaded = 0;
}

async function* bodyOf(
  { response, url }: Answer,
  connection: Connection,
  timer: StallTimer,
): AsyncGenerator<Uint8Array> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw readingError(error, { connection, url, timer, named: brokenOff });
      });
      if (done) return;
      timer.touch();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fileAddress(connection: Connection, commit: string, path: string): string {
  return `${repositoryAddress(connection)}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** SHA-256 is of the content; git's SHA-1 is of a header and the content. */
function startHash({ hash, size }: RepositoryFile): Hash {
  return hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

async function requireHash(
  { handle, hash, loaded }: Sink,
  { connection, file, isPieced }: { connection: Connection; file: RepositoryFile; isPieced: boolean },
): Promise<void> {
  const digest = hash.digest("hex");
  if (loaded === file.size && digest === file.hash) return;
  await handle.truncate(0);
  const actual = loaded === file.size ? digest : `more than ${file.size} bytes`;
  throw new ChecksumMismatchError(
    `${file.path} of ${connection.repository} must have ${file.size} bytes with the hash ${file.hash}, got ${actual}. Try again; ` +
      `if it stays so, something between here and ${connection.endpoint} changes downloads.`,
    { model: connection.repository, file: file.path, expected: file.hash, actual, isRetryable: isPieced },
  );
}
