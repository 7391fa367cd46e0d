import { CrossrankError, DownloadError } from "../errors/index.js";
import type { Connection } from "./connection.js";
import { isCommitHash, isInnerPath, isSound, type RepositoryFile } from "./repository-file.js";
import { readingError, request } from "./request.js";
import { startStallTimer } from "./stall-timer.js";
import { withRetries } from "./with-retries.js";

/**
 * Asks the Hub which commit a revision is, unless it is a commit's hash.
 *
 * @throws {ModelNotFoundError | ModelGatedError | AccessDeniedError | InvalidTokenError} If the Hub says so.
 * @throws {RateLimitedError | HubUnreachableError | DownloadError} If there is no usable answer.
 */
export async function lookUpCommit(connection: Connection, retries: number): Promise<string> {
  if (isCommitHash(connection.revision)) return connection.revision;
  const { datasetInfo, modelInfo } = await import("@huggingface/hub");
  const { repository: name, kind, revision, endpoint: hubUrl } = connection;
  const question = { name, revision, hubUrl, fetch: fetchFor(connection, retries) };
  const lookUp = () =>
    kind === "model"
      ? modelInfo({ ...question, additionalFields: ["sha"] })
      : datasetInfo({ ...question, additionalFields: ["sha"] });
  const { sha } = await usable<{ sha: unknown }>(connection, lookUp);
  if (typeof sha === "string" && isCommitHash(sha)) return sha;
  throw unusable(connection);
}

/**
 * Lists the files of a commit.
 *
 * Entries whose path would lead out of their folder are left out: nothing good has such a name.
 *
 * @throws As {@link lookUpCommit}.
 */
export async function listRepository(
  connection: Connection,
  commit: string,
  retries: number,
): Promise<readonly RepositoryFile[]> {
  const { listFiles } = await import("@huggingface/hub");
  const { repository: name, kind: type, endpoint: hubUrl } = connection;
  const repo = { type, name };
  const fetch = fetchFor(connection, retries);
  return usable(connection, async () => {
    const files: RepositoryFile[] = [];
    for await (const entry of listFiles({ repo, revision: commit, recursive: true, hubUrl, fetch })) {
      if (entry.type !== "file") continue;
      const { path, size, oid, lfs } = entry;
      const file = { path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "" };
      if (!isInnerPath(path)) continue;
      if (!isSound(file)) throw unusable(connection);
      files.push(file);
    }
    return files;
  });
}

/** What @huggingface/hub is to fetch with: gets the answer whole, or throws what is wrong with it. */
function fetchFor(connection: Connection, retries: number): typeof fetch {
  return (address) =>
    withRetries(
      () => requestWhole(connection, address instanceof Request ? address.url : String(address)),
      connection,
      {
        retries,
      },
    );
}

async function requestWhole(connection: Connection, address: string): Promise<Response> {
  using timer = startStallTimer(connection.timing.stallMs, [connection.signal]);
  const { response, url } = await request(connection, address, { headers: { accept: "application/json" }, timer });
  const { status, headers } = response;
  const body = await response.arrayBuffer().catch((error: unknown) => {
    throw readingError(error, { connection, url, timer });
  });
  return new Response(body, { status, headers });
}

/** Names it if an answer is not what the Hub's API gives, such as the page that a network's log-in shows. */
async function usable<Result>(connection: Connection, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    connection.signal?.throwIfAborted();
    if (CrossrankError.isInstance(error)) throw error;
    throw unusable(connection, error);
  }
}

function unusable({ endpoint, repository }: Connection, cause?: unknown): DownloadError {
  return new DownloadError(
    `${endpoint} must answer as a Hub does, but its answer about ${repository} cannot be read. Check HF_ENDPOINT, and whether ` +
      `this network shows a page of its own first.`,
    { model: repository, url: endpoint, isRetryable: false },
    cause === undefined ? {} : { cause },
  );
}
