import type { FastifyReply, FastifyRequest } from "fastify";
import { DeadlineExceededError, InvalidInputError } from "../../errors/index.js";

/** How long somebody waits for an answer. */
export interface RequestScope extends Disposable {
  /** Aborted when the client leaves, or its time is up. */
  readonly signal: AbortSignal;
}

/**
 * Watches over a request while it is answered.
 *
 * @param timeoutMs - From the request's arrival; its header `x-request-timeout-ms` can ask for less.
 * @param shutdown - Aborts it, too.
 * @throws {InvalidInputError} If the header is no whole number of at least 1.
 */
export function openRequestScope(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { timeoutMs, shutdown }: { timeoutMs: number; shutdown: AbortSignal },
): RequestScope {
  const allowedMs = Math.min(timeoutMs, wantedTimeout(request));
  const controller = new AbortController();
  const expire = () =>
    controller.abort(new DeadlineExceededError(deadlineMessage(allowedMs), { timeoutMs: allowedMs }));
  const leftMs = allowedMs - (performance.now() - request.arrivedAt);
  const timer = setTimeout(expire, leftMs);
  if (leftMs <= 0) expire();
  const leave = () => controller.abort(new DOMException("The client has left.", "AbortError"));
  const stop = () => controller.abort(shutdown.reason);
  reply.raw.once("close", leave);
  if (reply.raw.destroyed) leave();
  if (shutdown.aborted) stop();
  shutdown.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      reply.raw.off("close", leave);
      shutdown.removeEventListener("abort", stop);
    },
  };
}

function wantedTimeout({ headers }: FastifyRequest): number {
  const header = headers["x-request-timeout-ms"];
  if (header === undefined) return Infinity;
  if (typeof header === "string" && /^[1-9]\d{0,9}$/.test(header)) return Number(header);
  throw new InvalidInputError(
    "The header x-request-timeout-ms must be a whole number of milliseconds, at least 1. Leave it out for the server's own limit.",
    { argument: "x-request-timeout-ms" },
  );
}

function deadlineMessage(timeoutMs: number): string {
  return `The request had ${timeoutMs} ms and was not answered in that time. Send fewer documents, or allow more.`;
}
