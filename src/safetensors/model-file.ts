import { open, stat, type FileHandle } from "node:fs/promises";

import { InvalidModelFileError } from "../errors/index.js";
import { downloadAgain, invalidFile } from "./invalid-file.js";

/** Whether there is a regular file, or a link to one; a pipe, which would block its reader, is none. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/**
 * Opens a model file, lends it to `use`, and closes it.
 *
 * @throws {InvalidModelFileError} If the file cannot be opened; `cause` is the system's error.
 */
export async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await openModelFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Opens a model file for reading. The caller closes it. */
export async function openModelFile(path: string): Promise<FileHandle> {
  return open(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

/**
 * Reads exactly `length` bytes from `position` on.
 *
 * @param path - The file's, for errors.
 * @throws {InvalidModelFileError} If the file ends earlier or cannot be read.
 */
export async function readBytes(
  file: FileHandle,
  { path, position, length }: { path: string; position: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (bytesRead === 0) {
      const end = position + filled;
      const fault = { path, byteOffset: end, subject: "the file", remedy: downloadAgain };
      throw invalidFile({ ...fault, expected: `at least ${position + length} bytes`, actual: `${end} bytes` });
    }
    filled += bytesRead;
  }
  return bytes;
}

function unreadable(path: string, cause: unknown): InvalidModelFileError {
  const message = `${path} could not be read: ${(cause as Error).message}. Check that it is a file and may be read.`;
  return new InvalidModelFileError(message, { path }, { cause });
}
