/** How long a download waits for what, and how often it tries. */
export interface Timing {
  /** Longest silence of a connection, before and within an answer. */
  stallMs: number;
  /** Wait before the first retry; doubles with each. */
  backoffMs: number;
  /** Longest wait that the Hub may ask for; if it asks for more, the call fails at once. */
  maxRetryAfterMs: number;
  /** Retries of a question to the Hub. */
  lookupRetries: number;
  /** Retries of a file, not counting those that got a good part of it. */
  transferRetries: number;
  /** Between two looks at a lock that another process has. */
  lockPollMs: number;
  /** Of a process that was killed, or stood still for so long, another one takes the lock over. At least 2000. */
  lockStaleMs: number;
}

export const defaultTiming: Timing = {
  stallMs: 30_000,
  backoffMs: 1000,
  // The Hub counts requests over windows of five minutes.
  maxRetryAfterMs: 60_000,
  lookupRetries: 2,
  transferRetries: 5,
  lockPollMs: 250,
  lockStaleMs: 20_000,
};

/** What a repository holds; each kind has addresses and a cache folder of its own. */
export type RepositoryKind = "model" | "dataset";

/** Which Hub is asked, what for, and as whom. */
export interface Connection {
  /** Without a slash at the end. */
  endpoint: string;
  token: string | undefined;
  /** Id of the repository. */
  repository: string;
  kind: RepositoryKind;
  /** As the caller named it. */
  revision: string;
  timing: Timing;
  signal: AbortSignal | undefined;
}

/** A repository's page, which the addresses of its files begin with. */
export function repositoryAddress({ endpoint, kind, repository }: Connection): string {
  return `${endpoint}/${kind === "dataset" ? "datasets/" : ""}${repository}`;
}
