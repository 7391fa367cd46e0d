import { InvalidInputError } from "../errors/index.js";
import type { Input } from "./input.js";

/** A line of a file. */
export interface Line {
  /** Without its end. */
  text: string;
  /** Counts from 1, blank lines too. */
  number: number;
  /** What messages call the file. */
  source: string;
  /** Bytes of the file up to the end of the line. */
  endByte: number;
}

/** A file without line ends is no text; reading on would fill the memory. */
const longestLineBytes = 2 ** 26;

const lineFeed = 0x0a;

/**
 * Reads UTF-8 text line by line, with one line in memory at a time. Blank lines are left out.
 *
 * Lines end in LF or CRLF, and nowhere else: JSON may hold U+2028, where `node:readline` would break a line. A byte
 * order mark is dropped.
 *
 * @throws {InvalidInputError} If a line is not UTF-8, or longer than 64 MiB; names file and line.
 */
export async function* readLines({ name, chunks }: Input): AsyncGenerator<Line> {
  let number = 0;
  let endByte = 0;
  for await (const bytes of splitLines(chunks)) {
    number += 1;
    endByte += bytes.length;
    const text = decode(bytes, { source: name, number });
    if (text.trim() !== "") yield { text, number, source: name, endByte };
  }
}

/** @throws {InvalidInputError} Says what a line must be, and what it is instead. */
export function invalidLine(
  { source, number }: Pick<Line, "source" | "number">,
  required: string,
  options?: ErrorOptions,
): InvalidInputError {
  return new InvalidInputError(
    `Line ${number} of ${source} must be ${required}.`,
    { path: source, line: number },
    options,
  );
}

/** The bytes of each line, its end included. A line that is too long comes as far as it was read. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed) + 1; end > 0; end = chunk.indexOf(lineFeed, start) + 1) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]);
      pending = [];
      pendingBytes = 0;
      start = end;
    }
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > longestLineBytes) break;
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}

function decode(bytes: Buffer, line: Pick<Line, "source" | "number">): string {
  if (bytes.length > longestLineBytes) throw invalidLine(line, "at most 64 MiB, but is longer");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch (cause) {
    throw invalidLine(line, "UTF-8 text, but is not", { cause });
  }
}
