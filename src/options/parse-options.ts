import type { z } from "zod";
import { InvalidOptionsError } from "../errors/index.js";

/**
 * Checks a caller's options against a schema, and freezes what comes out.
 *
 * @param method - Whose options they are, for the message: `rank`.
 * @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each, and the options there are.
 */
export function parseOptions<Schema extends z.ZodObject>(
  method: string,
  schema: Schema,
  options: unknown,
): Readonly<z.output<Schema>> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return Object.freeze(parsed.data);
  const known = Object.keys(schema.shape);
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new InvalidOptionsError(`Options of ${method}() must be valid. ${list}. Known options: ${known.join(", ")}.`, {
    issues,
    known,
  });
}
