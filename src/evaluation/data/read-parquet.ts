import { InvalidInputError } from "../../errors/index.js";

/** A row of a table, by column. */
export type ParquetRow = Readonly<Record<string, unknown>>;

/**
 * Reads a Parquet file's rows, uncompressed or compressed with Snappy, as the Hub's are.
 *
 * @param columns - Those to read; each must be there.
 * @throws {InvalidInputError} If the file is missing, damaged, or lacks a column; names it.
 */
export async function readParquet(path: string, columns: readonly string[]): Promise<ParquetRow[]> {
  // Only now: who evaluates other files needs no reader of Parquet.
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const known = parquetSchema(metadata).children.map(({ element }) => element.name);
    const missing = columns.filter((name) => !known.includes(name));
    if (missing.length > 0) throw missingColumns(path, missing, known);
    return await parquetReadObjects({ file, metadata, columns: [...columns] });
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError(
      `${path} must be a Parquet file, but cannot be read: ${(cause as Error).message}`,
      { path },
      { cause },
    );
  }
}

function missingColumns(path: string, missing: readonly string[], known: readonly string[]): InvalidInputError {
  return new InvalidInputError(
    `${path} must have the columns ${missing.join(", ")}, but has only ${known.join(", ") || "none"}.`,
    { path, missing, known },
  );
}
