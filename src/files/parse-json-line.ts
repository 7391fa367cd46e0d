import { invalidLine, type Line } from "./read-lines.js";

/** @throws {InvalidInputError} If the line is not JSON; names file and line. */
export function parseJsonLine(line: Line): unknown {
  try {
    return JSON.parse(line.text);
  } catch (cause) {
    throw invalidLine(line, `JSON, but is not: ${(cause as Error).message}`, { cause });
  }
}
