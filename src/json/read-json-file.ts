import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InvalidModelFileError } from "../errors/index.js";

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
  const text = await readText(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new InvalidModelFileError(`${path} is not what it should be. ${issues.join("; ")}.`, { path, issues });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InvalidModelFileError(
      `${path} could not be read: ${(error as Error).message}`,
      { path },
      { cause: error },
    );
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `${path} must be JSON: ${(error as Error).message}. Download or save the file again.`;
    throw new InvalidModelFileError(message, { path }, { cause: error });
  }
}
