import { ModelMismatchError } from "../errors/index.js";
import type { ChunkJob } from "./bullmq.js";
import type { Chunk, ChunkResult, ChunkStore } from "./chunk-store.js";
import { formatRow } from "./format-row.js";
import type { LoadedModels, ScoringModel } from "./loaded-models.js";
import type { BulkScoring } from "./resolve-options.js";
import { scoreRows, type Row } from "./score-rows.js";
import { scoreSlowly } from "./score-slowly.js";
import type { Turns } from "./turns.js";

/** A chunk whose workers have died twice may be what they died of. */
const stallsBeforeSlow = 2;

/** A chunk to score, its texts at hand. */
export interface ChunkTask extends ChunkJob {
  texts: Chunk;
  scoring: BulkScoring;
  /** How often a worker went silent over it. */
  stalls: number;
}

/** What a worker's chunks share. */
export interface ScoringState {
  models: LoadedModels;
  turns: Turns;
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
  { models, turns }: ScoringState,
): Promise<ChunkResult | undefined> {
  return models.use(task.scoring, async (model) => {
    await requireAgreedModel(task.submission, store, model);
    const isSlow = task.stalls >= stallsBeforeSlow;
    // Beside another chunk, a pair could be blamed for what the other did.
    const { lines, failed } = isSlow
      ? await turns.alone(() => slowLinesOf(task, store, model))
      : await turns.together(() => linesOf(task, model));
    const result = { text: lines.join(""), pairs: lines.length, failed };
    return (await store.putResult(task.submission, task.chunk, result)) ? result : undefined;
  });
}

/** Lines of the output, and how many of them are errors. */
interface ChunkLines {
  lines: string[];
  failed: number;
}

async function linesOf({ texts }: ChunkTask, { score, id2label }: ScoringModel): Promise<ChunkLines> {
  const rows = await scoreRows(texts.pairs, score);
  return {
    lines: rows.map((row, position) => formatRow(row, texts, { position, id2label })),
    failed: rows.filter((row) => "error" in row).length,
  };
}

async function slowLinesOf(
  { submission, chunk: number, texts }: ChunkTask,
  store: ChunkStore,
  { score, id2label }: ScoringModel,
): Promise<ChunkLines> {
  const format = (row: Row, position: number) => formatRow(row, texts, { position, id2label });
  return scoreSlowly({ submission, number, chunk: texts, format }, store, score);
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
