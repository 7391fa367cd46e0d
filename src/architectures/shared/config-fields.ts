import { z } from "zod";
import { InvalidModelFileError, UnsupportedModelError } from "../../errors/index.js";
import { describeIssues, listIssues } from "../../json/index.js";

/** A dimension of a network. */
export const size = z.int().positive();

/** Far above any model's. No weight confirms all of these, so a damaged config would fill the memory with them. */
export const limits = { layers: 1000, positions: 2 ** 20 };

/**
 * Gives a `config.json` its type.
 *
 * @param model - Whose config it must be, for the error.
 * @throws {InvalidModelFileError} If a field does not fit, naming all that do not.
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  { path, model }: { path: string; model: string },
): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const message = `${path} is not a ${model} config. ${describeIssues(parsed.error)}.`;
  throw new InvalidModelFileError(message, { path, issues: listIssues(parsed.error) });
}

/** @throws {UnsupportedModelError} If a field of a `config.json` has a value that no graph is built for. */
export function requireSupported(
  field: string,
  value: string | boolean,
  supported: readonly (string | boolean)[],
): void {
  if (supported.includes(value)) return;
  throw new UnsupportedModelError(
    `config.json: ${field} must be ${supported.map((name) => JSON.stringify(name)).join(" or ")}, got ` +
      `${JSON.stringify(value)}. crossrank does not build graphs for other values.`,
    { field, value, supported },
  );
}

/** The error for fields that contradict each other. */
export function contradiction(path: string, what: string): InvalidModelFileError {
  return new InvalidModelFileError(`${path}: ${what}. Check that the file belongs to this model.`, { path });
}
