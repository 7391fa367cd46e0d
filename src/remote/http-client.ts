import { setTimeout as delay } from "node:timers/promises";
import { RemoteRejectedError, RemoteUnavailableError } from "../errors/index.js";
import { BaseUrls } from "./base-urls.js";
import { followSignals } from "./follow-signals.js";
import { refusalReason, retryAfterMs } from "./read-refusal.js";

/** Where requests go, and how patiently. */
export interface HttpClientOptions {
  urls: readonly string[];
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  retries: number;
  fetch: typeof fetch;
}

export interface HttpRequest {
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array<ArrayBuffer>;
}

/** An answer of status 200 to 299. */
export interface HttpAnswer {
  url: string;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Scoring changes nothing at the service, so whatever may go better the next time can be tried again. */
const retryableStatuses = new Set([408, 429, 500, 502, 503, 504]);

const backoff = { minTimeout: 200, maxTimeout: 5000, factor: 2, randomize: true };

/** A service that says to come back later than this is not waited for. */
const maxRetryAfterMs = 60_000;

/**
 * Posts requests to the first of several base URLs that answers, and again if none does.
 *
 * Every answer is read to its end, so that its connection serves the next request.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #baseUrls: BaseUrls;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#baseUrls = new BaseUrls(options.urls);
  }

  /**
   * @throws {RemoteUnavailableError} If there was no answer, or only answers that may be better later.
   * @throws {RemoteRejectedError} If a service refused the request.
   * @throws The signal's reason, once it is aborted.
   */
  async post(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { default: retry } = await import("p-retry");
    try {
      return await retry(() => this.#askEach(request, signal), {
        ...backoff,
        retries: this.#options.retries,
        signal,
        shouldRetry: ({ error }) => error instanceof RemoteUnavailableError && waitOf(error) <= maxRetryAfterMs,
        onFailedAttempt: async ({ error, retriesLeft }) => {
          const wait = error instanceof RemoteUnavailableError && retriesLeft > 0 ? waitOf(error) : 0;
          if (wait > 0 && wait <= maxRetryAfterMs) await delay(wait, undefined, { signal });
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** Asks one base URL after the other. If none can serve, fails with what the one said that asks for the least wait. */
  async #askEach(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const failures: RemoteUnavailableError[] = [];
    for (const baseUrl of this.#baseUrls.inOrder()) {
      try {
        const answer = await this.#ask(`${baseUrl}${request.path}`, request, signal);
        this.#baseUrls.noteSuccess(baseUrl);
        return answer;
      } catch (error) {
        if (!(error instanceof RemoteUnavailableError)) throw error;
        this.#baseUrls.noteFailure(baseUrl);
        failures.push(error);
      }
    }
    throw failures.reduce((soonest, failure) => (waitOf(failure) < waitOf(soonest) ? failure : soonest));
  }

  async #ask(url: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const { timeoutMs, fetch } = this.#options;
    const following = followSignals([signal]);
    const timeout = setTimeout(() => following.abort(new DOMException("Timed out.", "TimeoutError")), timeoutMs);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...this.#options.headers, ...request.headers },
        body: request.body,
        // Followed, a redirected POST becomes a GET.
        redirect: "manual",
        signal: following.signal,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.ok) return { url, headers: response.headers, bytes };
      throw refusal(url, response, bytes);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RemoteUnavailableError || error instanceof RemoteRejectedError) throw error;
      throw noAnswer(url, error, following.signal.aborted ? timeoutMs : undefined);
    } finally {
      clearTimeout(timeout);
      following.release();
    }
  }
}

function waitOf({ details }: RemoteUnavailableError): number {
  return typeof details["retryAfterMs"] === "number" ? details["retryAfterMs"] : 0;
}

function noAnswer(url: string, cause: unknown, timeoutMs: number | undefined): RemoteUnavailableError {
  const why = timeoutMs === undefined ? `gave none: ${connectionError(cause)}` : `gave none within ${timeoutMs} ms`;
  const what =
    timeoutMs === undefined ? "Check that the service runs there." : "Raise timeoutMs, or send less at once.";
  return new RemoteUnavailableError(`The service must answer, but ${url} ${why}. ${what}`, { url }, { cause });
}

/** fetch says only "fetch failed"; the system's word is its cause. */
function connectionError(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return [cause?.code, cause?.message].find((text) => text !== undefined && text !== "") ?? message ?? String(error);
}

function refusal(url: string, { status, headers }: Response, bytes: Uint8Array): Error {
  const reason = refusalReason({ status, headers, bytes });
  if (!retryableStatuses.has(status)) {
    const message = `The service must take the request, but ${url} answered ${status}: ${reason}.`;
    return new RemoteRejectedError(message, { url, status, reason });
  }
  const wait = retryAfterMs(headers);
  return new RemoteUnavailableError(`The service must have room, but ${url} answered ${status}: ${reason}.`, {
    url,
    status,
    reason,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}
