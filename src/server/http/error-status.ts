import { CrossrankError, type CrossrankErrorCode } from "../../errors/index.js";

/** An error as a client is told, whatever the format. */
export interface HttpProblem {
  status: number;
  code: string;
  message: string;
  retryAfterMs?: number;
}

/** Our errors' statuses; all others are the server's own fault. */
const statuses: Partial<Record<CrossrankErrorCode, number>> = {
  INVALID_INPUT: 400,
  UNAUTHORIZED: 401,
  MODEL_NOT_FOUND: 404,
  INPUT_TOO_LONG: 422,
  REQUEST_TOO_LARGE: 422,
  OVERLOADED: 429,
  WORKER_CRASHED: 503,
  DISPOSED: 503,
  NOT_READY: 503,
  DEADLINE_EXCEEDED: 504,
};

/** Fastify's own, by status; its messages may quote the body. */
const protocolMessages: Readonly<Record<number, string>> = {
  400: "The body must be valid JSON.",
  413: "The body is larger than the server allows.",
  415: "The body must be JSON: set Content-Type to application/json.",
};

/** What nginx calls a client that left; nobody reads it but the logs and metrics. */
export const clientClosedStatus = 499;

/** Time after which a crashed worker or a loading model may be there. */
const retryAfterMs = 1000;

/** Tells what a client is told about an error: never a stack, never what was not meant for it. */
export function describeProblem(error: unknown): HttpProblem {
  if (CrossrankError.isInstance(error)) return describeOwn(error);
  if (error instanceof Error && error.name === "AbortError")
    return { status: clientClosedStatus, code: "CLIENT_CLOSED", message: "The client has left." };
  const status = statusOf(error);
  if (status >= 400 && status < 500) {
    const message = protocolMessages[status] ?? "The request is not valid HTTP.";
    return { status, code: codeOf(status), message };
  }
  return { status: 500, code: "INTERNAL", message: "The server failed. Its log has more, under the request's id." };
}

function describeOwn(error: CrossrankError): HttpProblem {
  const status = statuses[error.code] ?? 500;
  const measured = error.details["retryAfterMs"];
  return {
    status,
    code: error.code,
    message: error.message,
    ...(status === 429 || status === 503
      ? { retryAfterMs: typeof measured === "number" ? measured : retryAfterMs }
      : {}),
  };
}

function codeOf(status: number): string {
  return status === 413 ? "BODY_TOO_LARGE" : status === 415 ? "UNSUPPORTED_MEDIA_TYPE" : "INVALID_REQUEST";
}

function statusOf(error: unknown): number {
  return typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : 500;
}
