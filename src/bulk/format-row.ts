import { CrossrankError } from "../errors/index.js";
import { formatScores } from "../files/index.js";
import type { Chunk } from "./chunk-store.js";
import type { Row } from "./score-rows.js";

/**
 * A pair's line of the output: its scores as `crossrank predict` writes them, or
 * `{"index":…,"line":…,"error":"…","code":"…"}` with its place among the pairs, from 0, and in the file, from 1.
 *
 * @param position - Of the pair in its chunk.
 */
export function formatRow(
  row: Row,
  chunk: Chunk,
  { position, id2label }: { position: number; id2label: Readonly<Record<number, string>> },
): string {
  if ("scores" in row) return `${formatScores(row.scores, id2label)}\n`;
  const { error } = row;
  const code = CrossrankError.isInstance(error) ? error.code : undefined;
  const failure = {
    index: chunk.firstIndex + position,
    line: chunk.lines[position],
    error: error.message,
    ...(code !== undefined && { code }),
  };
  return `${JSON.stringify(failure)}\n`;
}

/** Whether a line of {@link formatRow} has an error in place of scores: lines of other processes are known by their text. */
export function isFailure(line: string): boolean {
  return line.startsWith('{"index":');
}
