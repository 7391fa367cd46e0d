import type { FastifyBaseLogger } from "fastify";
import type { FromPretrainedOptions, PredictOptions } from "../cross-encoder/index.js";

/** A model that a server has. */
export interface ServedModelOptions
  extends
    Omit<FromPretrainedOptions, "signal">,
    Pick<PredictOptions, "longDocuments" | "maxBatchTokens" | "batchSize" | "prompt" | "promptName"> {
  /** What {@link CrossEncoder.fromPretrained} takes. @default the embedded model */
  model?: string;

  /** What requests call it. @default the last part of its path; `"nano"` for the embedded model */
  name?: string;
}

/** What one request may have, and all together. */
export interface ServerLimits {
  /** Documents of a request. @default 1000 */
  maxDocuments?: number;

  /** Characters of a request's texts, its query counted once for each document. @default 4,000,000 */
  maxCharacters?: number;

  /** Bytes of a request's body. @default 8 MiB */
  maxBodyBytes?: number;

  /**
   * Tokens that may wait, for each model; beyond it requests get status 429. Estimated from characters until a pair is
   * tokenized.
   *
   * @default 200,000
   */
  maxQueueTokens?: number;

  /**
   * Milliseconds that a request may take; beyond it gets status 504. Its header `x-request-timeout-ms` can ask for less.
   *
   * @default 60,000
   */
  requestTimeoutMs?: number;

  /** Milliseconds that a client may take to send a request. @default 30,000 */
  receiveTimeoutMs?: number;
}

/** Options of {@link createServer}. */
export interface ServerOptions extends ServerLimits {
  /** The first is for requests that name none. @default the embedded model alone */
  models?: readonly (string | ServedModelOptions)[];

  /**
   * Keys that requests must have one of, as `Authorization: Bearer KEY`. The page, the probes, `/metrics` and
   * `/openapi.json` are open to all.
   *
   * @default none: everybody who can reach the server may use it
   */
  apiKeys?: readonly string[];

  /** Origins of web pages that may use the server, or `"*"`. @default none: no CORS headers */
  corsOrigins?: readonly string[] | "*";

  /**
   * Structured logs: a line a request, with its id, and no texts.
   *
   * - `true` – JSON lines on standard error, by pino.
   * - a logger – with pino's methods.
   *
   * @default false
   */
  logger?: boolean | FastifyBaseLogger;
}

/** Where a server listens. */
export interface ListenOptions {
  /** 0 for any free port. @default 8080 */
  port?: number;

  /** @default "127.0.0.1": this machine only */
  host?: string;
}

/** How a server ends. */
export interface CloseOptions {
  /**
   * Milliseconds during which requests are still served while `/ready` says no: the time that a load balancer takes to
   * notice.
   *
   * @default 0
   */
  drainDelayMs?: number;

  /** Milliseconds that requests in flight may take to finish, after that; then they get status 503. @default 25,000 */
  graceMs?: number;
}
