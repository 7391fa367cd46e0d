import { parseJsonLine } from "./parse-json-line.js";
import { invalidLine, type Line } from "./read-lines.js";

/**
 * A line of JSON as a pair: `["query", "document"]`, or an object with `query` and `document`, other keys ignored.
 *
 * @throws {InvalidInputError} If it is neither; names file and line.
 */
export function parsePair(line: Line): [query: string, document: string] {
  const value = parseJsonLine(line);
  const texts: unknown[] = Array.isArray(value) ? value : [property(value, "query"), property(value, "document")];
  const [query, document] = texts;
  if (texts.length === 2 && typeof query === "string" && typeof document === "string") return [query, document];
  throw invalidLine(line, `["query", "document"] or {"query": "…", "document": "…"}, got ${describe(value)}`);
}

/**
 * A line of JSON as a document: a string, or an object with `text`, other keys ignored.
 *
 * @throws {InvalidInputError} If it is neither; names file and line.
 */
export function parseDocument(line: Line): string {
  const value = parseJsonLine(line);
  const text = typeof value === "string" ? value : property(value, "text");
  if (typeof text === "string") return text;
  throw invalidLine(line, `a string or {"text": "…"}, got ${describe(value)}`);
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** What a value is, with the types of what it holds: enough to see the mistake, whatever the length. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length} (${value.slice(0, 5).map(typeName).join(", ")})`;
  if (typeof value !== "object" || value === null) return typeName(value);
  const fields = Object.entries(value).slice(0, 5);
  return `an object (${fields.map(([key, field]) => `${key}: ${typeName(field)}`).join(", ")})`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
