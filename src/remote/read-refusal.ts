import { STATUS_CODES } from "node:http";

/** Longer messages are cut: a service may quote the whole request. */
const maxReasonLength = 300;

/**
 * Why a service refused, in its own words.
 *
 * Read from the bodies that rerank services answer with: `message`, `detail` or `error`, texts or objects with a
 * `message`; else the body as text, else the status' name.
 *
 * @returns One line of at most 300 characters.
 */
export function refusalReason({
  status,
  headers,
  bytes,
}: {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}): string {
  const location = headers.get("location");
  if (status >= 300 && status < 400 && location !== null) return `moved to ${location}; name that base URL`;
  const text = new TextDecoder().decode(bytes);
  const reason = (messageIn(parseOrUndefined(text)) ?? text).replace(/\s+/g, " ").trim().replace(/\.$/, "");
  if (reason === "") return STATUS_CODES[status] ?? "no reason given";
  return reason.length <= maxReasonLength ? reason : `${reason.slice(0, maxReasonLength)}…`;
}

/**
 * When a service says to come back, in milliseconds from now; it may say so in seconds or as a date.
 *
 * @returns `undefined` if it does not say, or not in a form that HTTP knows.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageIn(body: unknown): string | undefined {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return undefined;
  const { message, detail, error } = body as Record<string, unknown>;
  return messageIn(message) ?? messageIn(detail) ?? messageIn(error);
}
