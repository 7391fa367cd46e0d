import { setMaxListeners } from "node:events";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Pair } from "../cross-encoder/index.js";
import { ModelNotFoundError, NotReadyError, RequestTooLargeError } from "../errors/index.js";
import { openRequestScope } from "./http/request-scope.js";
import type { Metrics } from "./metrics.js";
import type { Scored, ServedModel } from "./served-model.js";
import type { RequestSpan } from "./tracing.js";

/** A request as all formats come down to it. */
export interface ScoringRequest {
  /** The first model if it is not given. */
  model?: string | null | undefined;
  pairs: readonly Pair[];
  isRaw: boolean;
  mayTruncate: boolean;
}

/** Its answer, before a format writes it. */
export interface ScoringAnswer extends Scored {
  model: ServedModel;
}

/** Where a request came in and its answer goes out. */
export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface ServiceOptions {
  models: readonly ServedModel[];
  metrics: Metrics;
  limits: { maxDocuments: number; maxCharacters: number; requestTimeoutMs: number };
}

/** What infinity's clients send when they name no model. */
const unnamedModel = "default/not-specified";

/** Scores requests of every format: finds the model, keeps the limits, watches the clock. */
export class ScoringService {
  readonly models: readonly ServedModel[];
  /** Spans of requests that are being answered. */
  readonly spans = new WeakMap<FastifyRequest, RequestSpan>();
  readonly #metrics: Metrics;
  readonly #limits: ServiceOptions["limits"];
  readonly #shutdown = new AbortController();
  #isDraining = false;
  #isOpen = true;

  constructor({ models, metrics, limits }: ServiceOptions) {
    this.models = models;
    this.#metrics = metrics;
    this.#limits = limits;
    // Every request in flight listens; Node.js 20 takes more than ten for a leak and says so.
    setMaxListeners(0, this.#shutdown.signal);
  }

  /** Whether requests that come now will be answered. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the server is to end, and load balancers should send it nothing more. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  get isReady(): boolean {
    return !this.#isDraining && this.models.every(({ isReady }) => isReady);
  }

  /** It is not ready any more, but goes on answering. */
  drain(): void {
    this.#isDraining = true;
  }

  /** New requests get status 503; those in flight go on. */
  refuse(): void {
    this.#isOpen = false;
  }

  /** Ends what is still in flight, with status 503. */
  abort(): void {
    this.#shutdown.abort(new NotReadyError("The server is shutting down.", { state: "draining" }));
  }

  /** @throws {ModelNotFoundError} If there is no such model here. */
  findModel(name: string | null | undefined): ServedModel {
    const [first] = this.models;
    if (first !== undefined && (name === undefined || name === null || name === unnamedModel)) return first;
    const model = this.models.find((candidate) => candidate.name === name);
    if (model !== undefined) return model;
    const names = this.models.map((candidate) => candidate.name);
    throw new ModelNotFoundError(
      `The model must be one of this server's: ${names.join(", ")}. Leave it out for ${String(names[0])}.`,
      { model: name, names },
    );
  }

  /** @throws What a format's error body tells the client. */
  async score(exchange: Exchange, { model: name, pairs, isRaw, mayTruncate }: ScoringRequest): Promise<ScoringAnswer> {
    if (!exchange.request.isAdmitted) throw new NotReadyError("The server is shutting down.", { state: "draining" });
    const model = this.findModel(name);
    this.#requireWithinLimits(pairs);
    using scope = openRequestScope(exchange, {
      timeoutMs: this.#limits.requestTimeoutMs,
      shutdown: this.#shutdown.signal,
    });
    const scored = await model.score(pairs, { isRaw, mayTruncate, signal: scope.signal });
    this.#metrics.noteScored(model.name, pairs.length, scored);
    this.#tell(exchange, { model, pairs, scored });
    return { ...scored, model };
  }

  #requireWithinLimits(pairs: readonly Pair[]): void {
    const { maxDocuments, maxCharacters } = this.#limits;
    if (pairs.length > maxDocuments) {
      throw new RequestTooLargeError(
        `A request may have at most ${maxDocuments} documents, got ${pairs.length}. Send several requests.`,
        { documents: pairs.length, limit: maxDocuments },
      );
    }
    const characters = charactersOf(pairs);
    if (characters <= maxCharacters) return;
    throw new RequestTooLargeError(
      `A request may have at most ${maxCharacters} characters, its query counted with each document, got ` +
        `${characters}. Send several requests.`,
      { characters, limit: maxCharacters },
    );
  }

  /** Headers as text-embeddings-inference has them, the request's line in the log, and its span. */
  #tell(
    { request, reply }: Exchange,
    { model, pairs, scored }: { model: ServedModel; pairs: readonly Pair[]; scored: Scored },
  ): void {
    const { tokens, truncated, queueMs, tokenizationMs, inferenceMs } = scored;
    void reply.headers({
      "x-compute-type": model.encoder.device,
      "x-compute-time": milliseconds(tokenizationMs + inferenceMs),
      "x-compute-characters": String(charactersOf(pairs)),
      "x-compute-tokens": String(tokens),
      "x-total-time": milliseconds(performance.now() - request.arrivedAt),
      "x-tokenization-time": milliseconds(tokenizationMs),
      "x-queue-time": milliseconds(queueMs),
      "x-inference-time": milliseconds(inferenceMs),
      "x-truncated-documents": String(truncated.length),
    });
    request.scored = { model: model.name, documents: pairs.length, tokens, queueMs: Math.round(queueMs) };
    this.spans.get(request)?.set({
      "crossrank.model": model.name,
      "crossrank.documents": pairs.length,
      "crossrank.tokens": tokens,
      "crossrank.queue_ms": queueMs,
      "crossrank.inference_ms": inferenceMs,
    });
  }
}

function charactersOf(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, [query, document]) => sum + query.length + document.length, 0);
}

function milliseconds(value: number): string {
  return String(Math.round(value));
}
