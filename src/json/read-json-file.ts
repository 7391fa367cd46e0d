import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { InvalidModelFileError } from "../errors/index.js";
import { describeIssues, listIssues } from "./describe-issues.js";

/** Three times the largest tokenizer there is. */
const maxBytes = 100_000_000;

/** A model's files nest some ten levels deep; what copies or prints a value calls itself for each. */
const maxDepth = 100;

/** Refuses what is not UTF-8, and leaves a byte order mark in place for `JSON.parse` to refuse. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON file of a model and keeps what `schema` names.
 *
 * @returns `undefined` if there is no such file.
 * @throws {InvalidModelFileError} If it cannot be read, is not JSON, or does not fit; names the file and every field.
 */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const bytes = await readBytes(path);
  if (bytes === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(bytes, path));
  if (parsed.success) return parsed.data;
  throw new InvalidModelFileError(`${path} is not what it should be. ${describeIssues(parsed.error)}.`, {
    path,
    issues: listIssues(parsed.error),
  });
}

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    await requireReadable(path);
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof InvalidModelFileError) throw error;
    throw new InvalidModelFileError(
      `${path} could not be read: ${(error as Error).message}`,
      { path },
      { cause: error },
    );
  }
}

/** Refuses what would hold its reader for ever, or fill the memory. Of a folder the system says that it is one. */
async function requireReadable(path: string): Promise<void> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new InvalidModelFileError(`${path} must be a file, but is a pipe, a device or the like.`, { path });
  }
  if (stats.size > maxBytes) {
    const message = `${path} must have at most ${maxBytes} bytes, got ${stats.size}. Download or save the file again.`;
    throw new InvalidModelFileError(message, { path, expected: maxBytes, actual: stats.size });
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  const value = parseText(bytes, path);
  if (!isDeeperThan(maxDepth, value)) return value;
  const message = `${path} must not nest deeper than ${maxDepth} levels, but does. Download or save the file again.`;
  throw new InvalidModelFileError(message, { path });
}

function parseText(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const message = `${path} must be JSON: ${(error as Error).message}. Download or save the file again.`;
    throw new InvalidModelFileError(message, { path }, { cause: error });
  }
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(depth - 1, member));
}
