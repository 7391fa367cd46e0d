import { appendFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A table that evaluations are added to, one row each. */
export interface CsvTable {
  folder: string;
  fileName: string;
  header: readonly string[];
  /** sentence-transformers ends lines with CRLF in most files. */
  lineEnd: "\r\n" | "\n";
}

/** Adds a row to a CSV file. The folder is made, and the header written, if they are not there. */
export async function appendCsv(table: CsvTable, row: readonly number[]): Promise<void> {
  const { folder, fileName, header, lineEnd } = table;
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  const lines = [...(isThere ? [] : [header.join(",")]), row.map(formatNumber).join(",")];
  await appendFile(path, lines.map((line) => line + lineEnd).join(""));
}

/** A number with all its digits, as other tools that read these files write it: not a number is `nan`. */
function formatNumber(value: number): string {
  return Number.isNaN(value) ? "nan" : String(value);
}
