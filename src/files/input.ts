import { createReadStream, fstatSync, statSync, type Stats } from "node:fs";
import { InvalidInputError } from "../errors/index.js";

/** A file or standard input, not read yet. */
export interface Input {
  /** What messages call it. */
  name: string;
  chunks: AsyncIterable<Buffer>;
  /** In bytes; undefined for what has no size beforehand, such as a pipe. */
  size: number | undefined;
}

/**
 * Finds what is to be read; reading starts later, with the first of its chunks.
 *
 * @param path - `"-"` for standard input.
 * @throws {InvalidInputError} If there is nothing at the path, or a folder.
 */
export function openInput(path: string): Input {
  if (path === "-") return { name: "standard input", chunks: process.stdin, size: sizeOf(fstatSync(0)) };
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw notReadable(path, "there is none");
  if (stats.isDirectory()) throw notReadable(path, "it is a folder");
  return { name: path, chunks: readFile(path), size: sizeOf(stats) };
}

/** A generator, since a stream that nobody reads yet would throw the error of its opening at the process. */
async function* readFile(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path) as AsyncIterable<Buffer>;
}

function sizeOf(stats: Stats): number | undefined {
  return stats.isFile() ? stats.size : undefined;
}

function notReadable(path: string, found: string): InvalidInputError {
  return new InvalidInputError(`${path} must be a file to read, but ${found}.`, { path });
}
