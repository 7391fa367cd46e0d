import type { HttpProblem } from "./error-status.js";

/** Whose error bodies a route has. */
export type ErrorFormat = "common" | "voyage" | "tei" | "kserve";

/** A problem as a format has it. */
export interface FormattedProblem {
  status: number;
  body: object;
}

/** Writes a problem as a format's clients expect it. */
export function formatProblem(problem: HttpProblem, format: ErrorFormat): FormattedProblem {
  const { status, message } = problem;
  switch (format) {
    case "common":
      return { status, body: commonBody(problem) };
    case "voyage":
      // Voyage has one status for all that is wrong with a request.
      return { status: status === 413 || status === 422 ? 400 : status, body: commonBody(problem) };
    case "tei":
      return { status, body: { error: message, error_type: teiErrorType(status) } };
    case "kserve":
      return { status, body: { error: message } };
  }
}

/** Holds what clients of Cohere (`message`), Voyage and Jina (`detail`), OpenAI and infinity (`error`) read. */
function commonBody({ message, code, status }: HttpProblem): object {
  return { error: { message, type: openAiErrorType(status), code, param: null }, message, detail: message };
}

function openAiErrorType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** @see text-embeddings-inference 1.9.3, router/src/http/server.rs, `From<&ErrorType> for StatusCode` */
function teiErrorType(status: number): string {
  if (status === 429) return "Overloaded";
  if (status === 503) return "Unhealthy";
  return status < 500 ? "Validation" : "Backend";
}
