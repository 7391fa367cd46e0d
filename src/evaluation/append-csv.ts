import { appendFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { EvaluateOptions } from "./evaluator.js";

/** An evaluator's CSV file: each evaluation adds a row. */
interface ResultsTable {
  fileName: string;
  /** Of the metrics; `epoch` and `steps` stand before them. */
  columns: readonly string[];
  /** sentence-transformers ends lines with CRLF in most files. @default "\r\n" */
  lineEnd?: "\r\n" | "\n";
}

/**
 * Adds a row to a CSV file in the folder `outputPath`; without one nothing is written. The folder is made, and the header
 * written, if they are not there.
 */
export async function appendCsv(
  { fileName, columns, lineEnd = "\r\n" }: ResultsTable,
  values: readonly number[],
  { outputPath, epoch = -1, steps = -1 }: EvaluateOptions,
): Promise<void> {
  if (outputPath === undefined) return;
  await mkdir(outputPath, { recursive: true });
  const path = join(outputPath, fileName);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  const header = ["epoch", "steps", ...columns].join(",");
  const row = [epoch, steps, ...values].map(formatNumber).join(",");
  const lines = isThere ? [row] : [header, row];
  await appendFile(path, lines.map((line) => line + lineEnd).join(""));
}

/** A number with all its digits, as other tools that read these files write it: not a number is `nan`. */
function formatNumber(value: number): string {
  return Number.isNaN(value) ? "nan" : String(value);
}
