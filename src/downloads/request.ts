import packageJson from "../../package.json" with { type: "json" };
import { CrossrankError, DownloadError } from "../errors/index.js";
import type { Connection } from "./connection.js";
import { stalled, unreachable, withoutQuery } from "./network-error.js";
import { responseError } from "./response-error.js";
import type { StallTimer } from "./stall-timer.js";

const maxRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** A good answer, and the address that it came from. */
export interface Answer {
  response: Response;
  url: URL;
}

/**
 * Makes one GET request and follows its redirects.
 *
 * The access token goes to the Hub's own origin only: a redirect to the host that keeps the files, or to one over plain
 * HTTP, gets none.
 *
 * @param timer - Ends the request when it is aborted; the body too.
 * @throws {CrossrankError} What the answer means, if it is not a good one; or that there is none.
 * @throws The reason of the connection's signal.
 */
export async function request(
  connection: Connection,
  address: string,
  { headers = {}, timer }: { headers?: Readonly<Record<string, string>>; timer: StallTimer },
): Promise<Answer> {
  let url = new URL(address);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await fetchOnce(connection, url, { headers, timer });
    timer.touch();
    const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
    if (location === null) {
      if (response.ok) return { response, url };
      await discard(response);
      throw responseError(response, connection, url);
    }
    await discard(response);
    if (!URL.canParse(location, url.href)) break;
    url = new URL(location, url);
  }
  throw new DownloadError(
    `${connection.endpoint} must lead to ${connection.repository} in ${maxRedirects} redirects, but does not. Check HF_ENDPOINT.`,
    { model: connection.repository, url: withoutQuery(new URL(address)), isRetryable: false },
  );
}

async function fetchOnce(
  connection: Connection,
  url: URL,
  { headers, timer }: { headers: Readonly<Record<string, string>>; timer: StallTimer },
): Promise<Response> {
  const isHub = url.origin === new URL(connection.endpoint).origin;
  const authorization = isHub && connection.token !== undefined ? { authorization: `Bearer ${connection.token}` } : {};
  try {
    return await fetch(url, {
      // Compressed answers would have other lengths and ranges than the files.
      headers: { "user-agent": userAgent, "accept-encoding": "identity", ...headers, ...authorization },
      redirect: "manual",
      signal: timer.signal,
    });
  } catch (error) {
    throw readingError(error, { connection, url, timer });
  }
}

const userAgent = `${packageJson.name}/${packageJson.version}; node/${process.versions.node}`;

/** What a failed read means: the caller's abort, a stall, or a failure of the network. */
export function readingError(
  error: unknown,
  {
    connection,
    url,
    timer,
    named = unreachable,
  }: { connection: Connection; url: URL; timer: StallTimer; named?: typeof unreachable },
): unknown {
  connection.signal?.throwIfAborted();
  if (CrossrankError.isInstance(error)) return error;
  if (timer.isStalled) return stalled(connection, url);
  // By another signal than the connection's own.
  if (timer.signal.aborted) return timer.signal.reason;
  return named(error, connection, url);
}

/** Frees the connection of an answer that is not read. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
