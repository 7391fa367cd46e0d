import { downloadAgain, invalidFile, type Fault } from "./invalid-file.js";
import { showValue } from "./message-text.js";

/** What the parsed bytes are, for errors. */
type JsonSource = Pick<Fault, "path" | "byteOffset" | "subject">;

/** Refuses what is not UTF-8, and leaves a byte order mark in place for `JSON.parse` to refuse. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON object of a model file.
 *
 * A map, so that `__proto__` is a name like any other. Of a key that occurs twice the last counts.
 *
 * @throws {InvalidModelFileError} If the bytes are not UTF-8, not JSON, or another value than an object.
 */
export function parseJsonObject(bytes: Uint8Array, source: JsonSource): ReadonlyMap<string, unknown> {
  const value = parseJson(bytes, source);
  if (isJsonObject(value)) return new Map(Object.entries(value));
  throw invalidFile({ ...source, expected: "a JSON object", actual: showValue(value), remedy: downloadAgain });
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array, source: JsonSource): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    const actual = `other bytes (${(cause as Error).message})`;
    throw invalidFile({ ...source, expected: "JSON in UTF-8", actual, remedy: downloadAgain }, { cause });
  }
}
