import { HubUnreachableError } from "../errors/index.js";
import type { Connection } from "./connection.js";

/** Certificates that the machine does not trust, by the names of their errors: trying again will not help. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** Names a failure of the network by what failed. */
export function unreachable(error: unknown, { endpoint, repository }: Connection, url: URL): HubUnreachableError {
  const reason = reasonOf(error);
  const remedy = certificateCodes.test(reason)
    ? "Name your organization's certificate in NODE_EXTRA_CA_CERTS."
    : `Check the connection${proxyHint()}; or load from the cache with localFilesOnly, or from a local folder.`;
  return new HubUnreachableError(
    `${repository} must be looked up or downloaded from ${endpoint}, but ${url.host} could not be reached (${reason}). ${remedy}`,
    { model: repository, url: withoutQuery(url), reason, isRetryable: !certificateCodes.test(reason) },
    { cause: error },
  );
}

/** A connection that was silent for too long. */
export function stalled({ repository, timing }: Connection, url: URL): HubUnreachableError {
  return new HubUnreachableError(
    `${url.host} must answer within ${timing.stallMs / 1000} s, but the download of ${repository} stalled. Try again: what is ` +
      `there is kept.`,
    { model: repository, url: withoutQuery(url), reason: "stalled", isRetryable: true },
  );
}

/** An answer that ended before its file did. */
export function brokenOff(cause: unknown, { repository }: Connection, url: URL): HubUnreachableError {
  return new HubUnreachableError(
    `The download of ${repository} from ${url.host} broke off (${cause === undefined ? "too few bytes" : reasonOf(cause)}). Try ` +
      `again: what is there is kept.`,
    { model: repository, url: withoutQuery(url), reason: "broken off", isRetryable: true },
    cause === undefined ? {} : { cause },
  );
}

/** Addresses of files carry signatures in their query. */
export function withoutQuery({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** The system's code, which fetch keeps in a cause, or one of several. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const codes = [cause, ...(cause instanceof AggregateError ? (cause.errors as unknown[]) : [])].map(
    (each) => (each as NodeJS.ErrnoException).code,
  );
  return codes.find((code) => typeof code === "string") ?? cause.message;
}

/** Node's own fetch takes a proxy from the environment only if it is told to. */
function proxyHint(): string {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
  const set = names.find((name) => process.env[name]);
  if (set === undefined || process.env["NODE_USE_ENV_PROXY"]) return "";
  return ` (${set} is followed only with NODE_USE_ENV_PROXY=1, by Node.js 22.21, 24 and later)`;
}
