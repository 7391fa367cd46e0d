import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import cors from "@fastify/cors";
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import packageJson from "../../package.json" with { type: "json" };
import { addKServeRoutes } from "./formats/kserve.js";
import { addModelsRoute } from "./formats/models.js";
import { addRerankRoutes } from "./formats/rerank.js";
import { addTeiRoutes } from "./formats/tei.js";
import { addVoyageRoute } from "./formats/voyage.js";
import { createAuthentication } from "./http/authentication.js";
import { formatProblem } from "./http/error-formats.js";
import { clientClosedStatus, describeProblem, type HttpProblem } from "./http/error-status.js";
import { Metrics } from "./metrics.js";
import { describeApi } from "./openapi.js";
import { addPage } from "./page/page.js";
import { resolveServerOptions, type ResolvedServerOptions } from "./resolve-server-options.js";
import { ScoringService } from "./scoring-service.js";
import { ServedModel } from "./served-model.js";
import type { CloseOptions, ListenOptions, ServerOptions } from "./server-options.js";
import { loadTracing } from "./tracing.js";

const { version } = packageJson;

/** Longer than load balancers keep idle connections, so that they close them and not we under their hands. */
const keepAliveTimeoutMs = 72_000;
/** How often connections are looked at that send too slowly. */
const checkIntervalMs = 1000;
const defaultGraceMs = 25_000;
/** For the last answers to be written. */
const answerMs = 1000;

/** Open to all: nothing there is of a request, and probes have no keys. */
const publicPaths = new Set([
  "/",
  "/health",
  "/ready",
  "/metrics",
  "/openapi.json",
  "/v2",
  "/v2/health/live",
  "/v2/health/ready",
]);

/**
 * A server that ranks over HTTP, in the formats that rerank clients speak: Cohere's, Jina's, vLLM's, infinity's, Voyage's,
 * text-embeddings-inference's and KServe V2.
 *
 * Pairs of requests at the same time are scored together. Models load in the background; until they have, requests get
 * status 503.
 */
export class RerankServer implements AsyncDisposable {
  /** For routes and hooks of your own, before {@link RerankServer.listen}, and for `inject()`. */
  readonly fastify: FastifyInstance;
  /** Resolves when all models are loaded; rejects with what is wrong with the first that cannot be. */
  readonly loaded: Promise<void>;
  readonly #models: readonly ServedModel[];
  readonly #metrics: Metrics;
  readonly #service: ScoringService;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ResolvedServerOptions) {
    this.#metrics = new Metrics();
    this.#models = options.models.map(
      (model) =>
        new ServedModel(model, {
          maxQueueTokens: options.maxQueueTokens,
          observer: this.#metrics.observerOf(model.name),
        }),
    );
    this.#metrics.watchQueues(this.#models);
    this.loaded = Promise.all(this.#models.map(({ loaded }) => loaded)).then(() => undefined);
    this.loaded.catch(() => undefined);
    this.#service = new ScoringService({ models: this.#models, metrics: this.#metrics, limits: options });
    this.fastify = createFastify(options);
    this.#addHooks(options);
    this.#addRoutes(options);
  }

  /**
   * Starts to listen; models may still be loading.
   *
   * @returns The server's URL.
   * @throws The system's error, such as EADDRINUSE.
   */
  async listen({ port = 8080, host = "127.0.0.1" }: ListenOptions = {}): Promise<string> {
    return this.fastify.listen({ port, host });
  }

  /**
   * Ends the server: `/ready` says no, requests in flight finish, new ones get status 503, models are disposed of.
   * Closing twice is closing once.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    await this.#closing;
  }

  /** Same as {@link RerankServer.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close({ drainDelayMs = 0, graceMs = defaultGraceMs }: CloseOptions): Promise<void> {
    this.#service.drain();
    if (drainDelayMs > 0) await delay(drainDelayMs);
    this.#service.refuse();
    const idle = this.#untilIdle();
    if (!(await settlesWithin(idle, graceMs))) {
      this.#service.abort();
      // A client that is still sending its body has nothing to be answered; its connection is closed with the server.
      await settlesWithin(idle, answerMs);
    }
    await this.fastify.close();
    await Promise.all(this.#models.map((model) => model.dispose()));
    this.#metrics.close();
  }

  #untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#inFlight === 0) resolve();
      else this.#whenIdle = resolve;
    });
  }

  #addHooks({ apiKeys }: ResolvedServerOptions): void {
    const authenticate = createAuthentication(apiKeys);
    const { fastify: app } = this;
    app.decorateRequest("errorFormat", undefined);
    app.decorateRequest("scored", undefined);
    app.decorateRequest("arrivedAt", 0);
    app.decorateRequest("isAdmitted", false);
    const tracing = loadTracing();
    app.addHook("onRequest", async (request, reply) => {
      this.#watch(request, reply);
      reply.headers({ "x-request-id": request.id, "x-content-type-options": "nosniff" });
      if (this.#service.isDraining) reply.header("connection", "close");
      const route = request.routeOptions.url ?? "unknown";
      this.#service.spans.set(request, (await tracing).start(`${request.method} ${route}`, request.headers));
    });
    // After all onRequest hooks: that of CORS answers preflights, which have no key, and lets pages read a refusal.
    app.addHook("preParsing", async ({ headers, routeOptions }) => {
      if (!publicPaths.has(routeOptions.url ?? "unknown")) authenticate(headers.authorization);
    });
    app.setErrorHandler((error, request, reply) =>
      this.#answerProblem(describeProblem(error), { error, request, reply }),
    );
    app.setNotFoundHandler((request, reply) =>
      this.#answerProblem(
        { status: 404, code: "NOT_FOUND", message: "There is no such route. See /openapi.json." },
        { error: undefined, request, reply },
      ),
    );
  }

  /** Counts a request from its arrival until its answer is sent, or its connection is gone. */
  #watch(request: FastifyRequest, reply: FastifyReply): void {
    this.#inFlight += 1;
    request.arrivedAt = performance.now();
    request.isAdmitted = this.#service.isOpen;
    reply.raw.once("close", () => {
      const status = reply.raw.writableEnded ? reply.statusCode : clientClosedStatus;
      const route = request.routeOptions.url ?? "unknown";
      const ms = performance.now() - request.arrivedAt;
      this.#metrics.noteRequest(route, status, ms / 1000);
      this.#service.spans.get(request)?.end(status);
      request.log.info({ method: request.method, route, status, ms: Math.round(ms), ...request.scored }, "request");
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#whenIdle?.();
    });
  }

  #answerProblem(
    problem: HttpProblem,
    { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
  ): FastifyReply {
    this.#metrics.noteError(problem.code);
    // Loading, draining and deadlines are states that are expected; the rest has a cause to look for.
    if (problem.status === 500 || problem.code === "WORKER_CRASHED")
      request.log.error({ code: problem.code, err: withoutTexts(error) }, "request failed");
    else if (problem.status > 500) request.log.warn({ code: problem.code }, problem.message);
    if (problem.retryAfterMs !== undefined)
      reply.header("retry-after", String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))));
    if (problem.status === 401) reply.header("www-authenticate", "Bearer");
    const format = request.errorFormat ?? request.routeOptions.config.errorFormat ?? "common";
    const { status, body } = formatProblem(problem, format);
    return reply.code(status).send(body);
  }

  #addRoutes(options: ResolvedServerOptions): void {
    const { fastify: app } = this;
    const service = this.#service;
    if (options.corsOrigins.length > 0) {
      void app.register(cors, {
        origin: options.corsOrigins === "*" ? "*" : [...options.corsOrigins],
        exposedHeaders: ["x-request-id", "retry-after", "x-total-time", "x-queue-time", "x-inference-time"],
      });
    }
    void app.register(async (scope) => {
      addRerankRoutes(scope, service);
      addVoyageRoute(scope, service);
      addTeiRoutes(scope, service, { version, maxDocuments: options.maxDocuments });
      addModelsRoute(scope, service);
      addKServeRoutes(scope, service, version);
      addPage(scope);
      scope.get("/openapi.json", async () => describeApi(version));
      scope.get("/health", async () => ({ status: "ok" }));
      scope.get("/ready", async (_, reply) => this.#tellReadiness(reply));
      scope.get("/metrics", async (_, reply) => reply.type(this.#metrics.contentType).send(await this.#metrics.text()));
    });
  }

  #tellReadiness(reply: FastifyReply): FastifyReply {
    if (this.#service.isDraining) return reply.code(503).send({ status: "draining" });
    return this.#service.isReady ? reply.send({ status: "ready" }) : reply.code(503).send({ status: "loading" });
  }
}

/**
 * Makes a server and starts to load its models.
 *
 * @example
 * const server = createServer({ models: ["./my-reranker"] });
 * await server.loaded;
 * console.log(await server.listen({ port: 8080 })); //=> "http://127.0.0.1:8080"
 *
 * @throws {InvalidOptionsError} If an option is unknown or has a wrong value. What is wrong with a model's options, or
 * with the model, rejects {@link RerankServer.loaded}.
 */
export function createServer(options: ServerOptions = {}): RerankServer {
  return new RerankServer(resolveServerOptions(options));
}

function createFastify({ maxBodyBytes, receiveTimeoutMs, logger }: ResolvedServerOptions): FastifyInstance {
  return fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: receiveTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Node takes the larger of the two for the whole request.
    http: {
      requestTimeout: receiveTimeoutMs,
      headersTimeout: receiveTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs,
    },
    forceCloseConnections: true,
    // A line a request, with what it was about, is written by the hooks.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]),
    ...(typeof logger === "object"
      ? { loggerInstance: logger }
      : { logger: logger ? { level: "info", stream: process.stderr } : false }),
  });
}

async function settlesWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

/** The client's own id if it is one that a log can bear. */
function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && /^[\w.:-]{1,128}$/.test(header) ? header : randomUUID();
}

/** An error's message may quote what a runtime was given; its place is enough to find it. */
function withoutTexts(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return { type: error.name, stack: frames.join("\n") };
}
