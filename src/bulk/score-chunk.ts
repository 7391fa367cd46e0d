import { ModelMismatchError } from "../errors/index.js";
import type { ChunkJob } from "./bullmq.js";
import type { Chunk, ChunkResult, ChunkStore } from "./chunk-store.js";
import { formatRow } from "./format-row.js";
import type { LoadedModels, ScoringModel } from "./loaded-models.js";
import type { BulkScoring } from "./resolve-options.js";
import { scoreRows, type Row } from "./score-rows.js";
import { scoreSlowly } from "./score-slowly.js";

/** A chunk whose workers have died twice may be what they died of. */
const stallsBeforeSlow = 2;

/** A chunk to score, its texts at hand. */
export interface ChunkTask extends ChunkJob {
  texts: Chunk;
  scoring: BulkScoring;
  /** How often a worker went silent over it. */
  stalls: number;
}

/**
 * Scores a chunk and stores the result, unless another worker has done so meanwhile.
 *
 * @returns What was stored; `undefined` if nothing was.
 * @throws What says that this worker cannot score the submission: its model does not load, or is another one.
 */
export async function scoreChunk(
  task: ChunkTask,
  store: ChunkStore,
  models: LoadedModels,
): Promise<ChunkResult | undefined> {
  return models.use(task.scoring, async (model) => {
    await requireAgreedModel(task.submission, store, model);
    const { lines, failed } = await linesOf(task, store, model);
    const result = { text: lines.join(""), pairs: lines.length, failed };
    return (await store.putResult(task.submission, task.chunk, result)) ? result : undefined;
  });
}

async function linesOf(
  { submission, chunk: number, texts, stalls }: ChunkTask,
  store: ChunkStore,
  { score, id2label }: ScoringModel,
): Promise<{ lines: string[]; failed: number }> {
  const format = (row: Row, position: number) => formatRow(row, texts, { position, id2label });
  if (stalls >= stallsBeforeSlow) return scoreSlowly({ submission, number, chunk: texts, format }, store, score);
  const rows = await scoreRows(texts.pairs, score);
  return { lines: rows.map(format), failed: rows.filter((row) => "error" in row).length };
}

async function requireAgreedModel(
  submission: string,
  store: ChunkStore,
  { folder, fingerprint }: ScoringModel,
): Promise<void> {
  if ((await store.agreeOnModel(submission, fingerprint)) === fingerprint) return;
  throw new ModelMismatchError(
    `The model in ${folder} must be the one that other workers score submission ${submission} with, but its files ` +
      `differ. Copy the model from them.`,
    { submission, folder },
  );
}
