import { WorkerCrashedError } from "../errors/index.js";
import type { Chunk, ChunkStore } from "./chunk-store.js";
import { isFailure } from "./format-row.js";
import { scoreRows, type Row, type ScorePairs } from "./score-rows.js";

/** One death may have any cause; as many as this over one pair are put down to it. */
const deadliestAllowed = 3;

/** Where a chunk is, and how a row of it becomes a line. */
export interface SlowChunk {
  submission: string;
  number: number;
  chunk: Chunk;
  format: (row: Row, position: number) => string;
}

/**
 * Scores a chunk pair by pair, writing down before each which it is: for chunks whose workers have died.
 *
 * A process that is killed, for want of memory perhaps, cannot say which pair it was at. Here the next one can, goes on
 * from there, and gives a pair an error that three processes died over.
 *
 * @returns Lines of the output, one a pair, and how many of them are errors.
 */
export async function scoreSlowly(
  slow: SlowChunk,
  store: ChunkStore,
  score: ScorePairs,
): Promise<{ lines: string[]; failed: number }> {
  const { submission, number, chunk, format } = slow;
  const before = await store.slowState(submission, number);
  const write = (fields: Record<string, string>) => store.setSlowState(submission, number, fields);
  const lines: string[] = [];
  for (const [position, pair] of chunk.pairs.entries()) {
    const known = before[`line:${position}`];
    if (known !== undefined) {
      lines.push(known);
      continue;
    }
    const starts = Number(before[`starts:${position}`] ?? 0);
    await write({ [`starts:${position}`]: String(starts + 1) });
    const [row] = starts < deadliestAllowed ? await scoreRows([pair], score) : [{ error: deadly(starts) }];
    const line = format(row, position);
    await write({ [`line:${position}`]: line });
    lines.push(line);
  }
  return { lines, failed: lines.filter(isFailure).length };
}

function deadly(deaths: number): WorkerCrashedError {
  return new WorkerCrashedError(`${deaths} processes ended while they scored this pair; it was not tried again.`);
}
