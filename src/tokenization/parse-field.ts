import { z } from "zod";
import { InvalidModelFileError, UnsupportedModelError } from "../errors/index.js";

/** A token's id, which must fit the `Int32Array` of a pair. */
export const tokenId = z.int32().nonnegative();

/** A value from a model's JSON file, and where it stands. */
export interface FileField {
  value: unknown;
  /** The file, for errors. */
  path: string;
  /** The value's place in the file, as `model.vocab`; `""` for all of it. */
  field: string;
}

/**
 * Gives a field of a model file its type.
 *
 * @throws {InvalidModelFileError} If the value does not fit, naming the file and the innermost field.
 */
export function parseField<Schema extends z.ZodType>(
  schema: Schema,
  { value, path, field }: FileField,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = [field, ...(issue?.path ?? [])].filter((key) => key !== "").join(".");
  throw invalidField({ path, field: place }, issue?.message ?? "");
}

/** The error for a field that is damaged, or contradicts another. */
export function invalidField(
  place: Omit<FileField, "value">,
  reason: string,
  options?: ErrorOptions,
): InvalidModelFileError {
  const { path, field } = place;
  const remedy = "Check that the file is complete and belongs to this model.";
  return new InvalidModelFileError(
    `${path}: ${field || "the file"} is not valid. ${reason}. ${remedy}`,
    { path, field },
    options,
  );
}

/**
 * Lets a value through if it is one that crossrank follows as the reference does.
 *
 * @throws {UnsupportedModelError} If it is another one.
 */
export function requireSupported(supported: readonly unknown[], { value, path, field }: FileField): void {
  if (supported.includes(value)) return;
  const expected = supported.map((known) => JSON.stringify(known)).join(" or ");
  throw new UnsupportedModelError(
    `${path}: ${field} must be ${expected}, got ${JSON.stringify(value)}. ` +
      `crossrank cannot tokenize as the reference does with other values.`,
    { path, field, value, supported },
  );
}
