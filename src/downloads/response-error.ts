import {
  AccessDeniedError,
  DownloadError,
  InvalidTokenError,
  ModelGatedError,
  ModelNotFoundError,
  RateLimitedError,
  type CrossrankError,
} from "../errors/index.js";
import { repositoryAddress, type Connection } from "./connection.js";
import { withoutQuery } from "./network-error.js";

/** Of a text from outside, that a message quotes. */
const maxQuotedCharacters = 200;

/** Server failures that pass. */
const passingStatuses = new Set([408, 425, 500, 502, 503, 504]);

/**
 * Names what a Hub's refusal means, as huggingface_hub reads it: by `X-Error-Code` first, then by the status.
 *
 * Only an answer that says so is read as "there is no such thing"; whatever may pass is marked `isRetryable`.
 *
 * @param url - Whose answer it is; not the Hub's own where it sent the request on to the host of its files.
 * @see https://github.com/huggingface/huggingface_hub/blob/v1.2.0/src/huggingface_hub/utils/_http.py, `hf_raise_for_status`
 */
export function responseError(response: Response, connection: Connection, url: URL): CrossrankError {
  const { status, headers } = response;
  const { repository, endpoint } = connection;
  const details = { model: repository, url: withoutQuery(url), status };
  // An address that a host of files no longer takes has expired; the next request gets a new one.
  if (url.origin !== new URL(endpoint).origin) return failed(`${url.host} answered ${status}.`, details, true);
  const says = quoteServer(headers.get("x-error-message"), connection.token);
  const code = headers.get("x-error-code");
  if (code === "GatedRepo") return gated(details, connection, says);
  if (code === "RevisionNotFound" || code === "EntryNotFound") return absentPart(code, connection, details);
  if (code === "RepoNotFound" || status === 404) return absentRepository(connection, details);
  if (status === 401) return unauthorized(connection, details, says);
  if (status === 403) {
    const remedy = "Check that the account may read it, and that the token has the permission to.";
    return new AccessDeniedError(
      `${endpoint} must let this account read ${repository}, but refuses${says}. ${remedy}`,
      details,
    );
  }
  if (status === 429) return rateLimited(response, connection, details);
  return failed(
    `${endpoint} answered ${status} when asked for ${repository}${says}.`,
    details,
    passingStatuses.has(status),
    response,
  );
}

type Details = Readonly<{ model: string; url: string; status: number }>;

function gated(details: Details, connection: Connection, says: string): ModelGatedError {
  const { repository, token } = connection;
  const remedy =
    token === undefined
      ? "then set HF_TOKEN to an access token of that account."
      : "with the account of the token in use; some authors answer requests by hand.";
  return new ModelGatedError(
    `${repository} is gated: its authors must grant access before it can be downloaded${says}. Ask for it at ${repositoryAddress(connection)}, ${remedy}`,
    details,
  );
}

function absentPart(
  code: "RevisionNotFound" | "EntryNotFound",
  { repository, revision, endpoint }: Connection,
  details: Details,
): ModelNotFoundError {
  if (code === "EntryNotFound") {
    const file = decodeURIComponent(new URL(details.url).pathname.split("/resolve/")[1] ?? "").replace(/^[^/]*\//, "");
    return new ModelNotFoundError(
      `${repository} on ${endpoint} must have ${file} at revision ${revision}, and has not. Check the revision, or name another model.`,
      { ...details, revision, missing: [file] },
    );
  }
  return new ModelNotFoundError(
    `${repository} on ${endpoint} must have the revision ${revision}, and has not. Name a branch, tag or commit hash that it has.`,
    { ...details, revision },
  );
}

function absentRepository(
  { repository, kind, revision, endpoint, token }: Connection,
  details: Details,
): ModelNotFoundError {
  const remedy =
    token === undefined
      ? "for a private model set HF_TOKEN; for a local folder start the path with ./"
      : "check that the token's account may read it; for a local folder start the path with ./";
  return new ModelNotFoundError(
    `${repository} must be a ${kind} on ${endpoint}, and is none that can be seen there. Check the spelling; ${remedy}`,
    { ...details, revision },
  );
}

/** The Hub says 401 also of repositories that are not there, so that nobody learns which private ones are. */
function unauthorized(connection: Connection, details: Details, says: string): CrossrankError {
  if (connection.token === undefined) return absentRepository(connection, details);
  return new InvalidTokenError(
    `${connection.endpoint} must know the access token to give ${connection.repository}, but refuses it${says}. Make a new one at ` +
      `${connection.endpoint}/settings/tokens and set HF_TOKEN, or pass token: false for a public model.`,
    details,
  );
}

function rateLimited(
  response: Response,
  { endpoint, repository, token, timing }: Connection,
  details: Details,
): RateLimitedError {
  const retryAfterMs = retryAfterOf(response.headers);
  const wait = retryAfterMs === undefined ? "Try again later" : `Try again in ${Math.ceil(retryAfterMs / 1000)} s`;
  const remedy =
    token === undefined ? `${wait}; with an access token (HF_TOKEN) more requests are allowed.` : `${wait}.`;
  return new RateLimitedError(
    `${endpoint} takes no more requests from here for now (429), so that ${repository} cannot be had. ${remedy}`,
    {
      ...details,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      isRetryable: (retryAfterMs ?? 0) <= timing.maxRetryAfterMs,
    },
  );
}

function failed(start: string, details: Details, isRetryable: boolean, response?: Response): DownloadError {
  const retryAfterMs = response && retryAfterOf(response.headers);
  const remedy = isRetryable ? "Try again later: what is there is kept." : "Check HF_ENDPOINT and the model's name.";
  return new DownloadError(`${start} ${remedy}`, {
    ...details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    isRetryable,
  });
}

/**
 * How long the server asks to wait: by `Retry-After` in seconds or as a date, or by the Hub's `RateLimit: …;t=seconds`.
 *
 * @see https://huggingface.co/docs/hub/rate-limits
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) {
    if (/^\s*\d+(\.\d+)?\s*$/.test(retryAfter)) return Number(retryAfter) * 1000;
    const date = Date.parse(retryAfter);
    if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  }
  const reset = /;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  return reset === undefined ? undefined : Number(reset) * 1000;
}

function quoteServer(text: string | null, token: string | undefined): string {
  if (text === null || text.trim() === "") return "";
  const safe = token === undefined ? text : text.replaceAll(token, "***");
  return `: "${safe.trim().slice(0, maxQuotedCharacters)}"`;
}
