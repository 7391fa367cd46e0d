import { createHash } from "node:crypto";
import { basename } from "node:path";
import { InvalidInputError } from "../errors/index.js";
import { jobId } from "./bullmq.js";
import type { Chunk } from "./chunk-store.js";
import { openQueue, type BulkQueue } from "./open-queue.js";
import type { SubmitOptions } from "./options.js";
import { readChunks } from "./read-chunks.js";
import { resolveSubmitOptions, type BulkScoring } from "./resolve-options.js";

/** Chunks that go to Redis together. */
const chunksAtOnce = 32;

/** Tries of a chunk that fails for another reason than its pairs, the last after some nine minutes. */
const retries = { attempts: 10, backoff: { type: "exponential", delay: 1000 } };

/** A file of pairs that was put into the queue. */
export interface Submission {
  /** What {@link collectScores} asks for: the same for the same file, options and chunk size. */
  id: string;
  pairs: number;
  chunks: number;
  /** Chunks that have no result yet, and are in the queue. */
  open: number;
}

/**
 * Puts the pairs of a JSONL file into the queue, in chunks.
 *
 * Doing it again, after an interruption or by mistake, adds what is missing and nothing twice: a submission is known by
 * the file's content and the scoring options. Chunks that failed are tried again.
 *
 * The file is checked whole before anything is queued. Redis holds the compressed texts until they are scored.
 *
 * @param path - A line a pair: `["query", "document"]` or `{"query": …, "document": …}`; blank lines are skipped.
 * @throws {InvalidInputError} If there is no such file, a line is no pair, or the file changes meanwhile.
 * @throws {InvalidOptionsError} If an option is wrong.
 * @throws {QueueUnavailableError} If BullMQ is not installed, or Redis cannot be reached.
 */
export async function submitPairs(path: string, options: SubmitOptions = {}): Promise<Submission> {
  const resolved = resolveSubmitOptions(options);
  const { chunkTokens, scoring, onProgress, signal } = resolved;
  const survey = await surveyFile(path, chunkTokens, signal);
  const id = submissionId(survey.digest, chunkTokens, scoring);
  await using queue = await openQueue(resolved);
  const { pairs, chunks } = survey;
  await queue.store.begin(id, { source: basename(path), pairs, chunks, scoring });
  const file = readChunks(path, chunkTokens);
  let open = 0;
  for await (const batch of inBatches(file.chunks)) {
    signal?.throwIfAborted();
    open += await enqueue(queue, id, batch);
    const last = [...batch.values()].at(-1) as Chunk;
    onProgress?.({ submitted: last.firstIndex + last.pairs.length, total: pairs });
  }
  if (file.digest() !== survey.digest) {
    await queue.store.remove(id);
    throw new InvalidInputError(`${path} must stay as it is while it is submitted, but changed. Submit it again.`, {
      path,
    });
  }
  await queue.store.markWhole(id);
  await retryFailed(queue, id);
  return { id, pairs, chunks, open };
}

/** Reads a file to its end, so that a bad line comes up before anything is queued. */
async function surveyFile(
  path: string,
  chunkTokens: number,
  signal: AbortSignal | undefined,
): Promise<{ pairs: number; chunks: number; digest: string }> {
  const file = readChunks(path, chunkTokens);
  let [pairs, chunks] = [0, 0];
  for await (const chunk of file.chunks) {
    signal?.throwIfAborted();
    pairs += chunk.pairs.length;
    chunks += 1;
  }
  return { pairs, chunks, digest: file.digest() };
}

function submissionId(digest: string, chunkTokens: number, scoring: BulkScoring): string {
  const sorted = Object.entries(scoring).sort(([a], [b]) => (a < b ? -1 : 1));
  const identity = JSON.stringify([digest, chunkTokens, sorted]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

/** Chunks by their numbers. */
async function* inBatches(chunks: AsyncIterable<Chunk>): AsyncGenerator<Map<number, Chunk>> {
  let batch = new Map<number, Chunk>();
  let number = 0;
  for await (const chunk of chunks) {
    batch.set(number++, chunk);
    if (batch.size < chunksAtOnce) continue;
    yield batch;
    batch = new Map();
  }
  if (batch.size > 0) yield batch;
}

/** Texts first: a worker may take the job at once. @returns How many chunks have no result. */
async function enqueue({ store, jobs }: BulkQueue, submission: string, batch: Map<number, Chunk>): Promise<number> {
  const open = await store.putTexts(submission, batch);
  await jobs.addBulk(
    open.map((chunk) => ({
      name: "score",
      data: { submission, chunk },
      // A completed job's id would keep the chunk from being submitted again after its submission was removed.
      opts: { jobId: jobId({ submission, chunk }), removeOnComplete: true, ...retries },
    })),
  );
  return open.length;
}

async function retryFailed({ jobs }: BulkQueue, submission: string): Promise<void> {
  const failed = await jobs.getFailed();
  await Promise.all(failed.filter(({ data }) => data.submission === submission).map((job) => job.retry()));
}
