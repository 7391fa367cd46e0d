import { open, rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ChunkLostError, InvalidInputError } from "../errors/index.js";
import { jobId } from "./bullmq.js";
import type { SubmissionRecord } from "./chunk-store.js";
import { isFailure } from "./format-row.js";
import { openQueue, type BulkQueue } from "./open-queue.js";
import type { BulkConnection, CollectOptions } from "./options.js";
import { resolveCollectOptions, resolveRemoveOptions, type ResolvedCollectOptions } from "./resolve-options.js";

const pollMs = 500;

/** Results that are fetched together; each is some kilobytes. */
const chunksAtOnce = 64;

/** A job on its way from one state to the next is in none of them for a moment. */
const polls = { beforeLost: 4 };

/** Pairs without a score whose lines are told; all of them are in the output. */
const failuresTold = 20;

/** What was collected. */
export interface CollectedScores {
  submission: string;
  pairs: number;
  /** Pairs that have an error in place of a score. */
  failed: number;
  /** The first 20 of them: index from 0, line of the submitted file from 1, and why. */
  failures: readonly { index: number; line: number; error: string }[];
}

/**
 * Writes the scores of a submission to a JSONL file: a line a pair, in the order of the submitted file. Waits until the
 * workers have scored them all.
 *
 * A line is `{"score":…}`, for a model of several labels `{"scores":[…],"label":"…"}`, for a pair that could not be
 * scored `{"index":…,"line":…,"error":"…","code":"…"}`. The file is `<output>.partial` until it is whole. Results stay
 * in Redis, so that an interrupted call is simply done again; {@link removeSubmission} deletes them.
 *
 * @param submission - Its id; may be left out if the queue has one only.
 * @throws {InvalidInputError} If there is no such submission, or no id and several of them; names those that there are.
 * @throws {ChunkLostError} If a chunk has no result and will get none; submitting the file again mends it.
 * @throws {QueueUnavailableError} If BullMQ is not installed, or Redis cannot be reached.
 */
export async function collectScores(
  submission: string | undefined,
  output: string,
  options: CollectOptions = {},
): Promise<CollectedScores> {
  const resolved = resolveCollectOptions(options);
  await using queue = await openQueue(resolved);
  const { id, record } = await findSubmission(queue, submission);
  const collected = { submission: id, pairs: 0, failed: 0, failures: [] as CollectedScores["failures"][number][] };
  const partial = `${output}.partial`;
  const file = await open(partial, "w");
  try {
    for await (const text of resultsInOrder(queue, { id, record }, resolved, () => collected.pairs)) {
      await file.appendFile(text);
      countRows(text, collected);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, output);
  return collected;
}

/**
 * Deletes a submission and its results from Redis. Its chunks that are still queued are passed over.
 *
 * @throws {InvalidInputError} If there is no such submission.
 */
export async function removeSubmission(submission: string, options: BulkConnection = {}): Promise<void> {
  await using queue = await openQueue(resolveRemoveOptions(options));
  const { id } = await findSubmission(queue, submission);
  await queue.store.remove(id);
}

async function findSubmission(
  { store }: BulkQueue,
  submission: string | undefined,
): Promise<{ id: string; record: SubmissionRecord }> {
  const known = await store.submissions();
  const id = submission ?? (known.length === 1 ? known[0] : undefined);
  const record = id === undefined ? undefined : await store.record(id);
  if (id !== undefined && record !== undefined) return { id, record };
  const wanted = submission === undefined ? "The submission must be named" : `There is no submission ${submission}`;
  const there = known.length === 0 ? "the queue has none" : `the queue has ${known.join(", ")}`;
  throw new InvalidInputError(`${wanted}: ${there}. submitPairs() (crossrank bulk submit) tells a submission's id.`, {
    submission,
    known,
  });
}

/** Each chunk's lines, in order, as soon as they are there. */
async function* resultsInOrder(
  queue: BulkQueue,
  { id, record }: { id: string; record: SubmissionRecord },
  { onProgress, signal }: ResolvedCollectOptions,
  written: () => number,
): AsyncGenerator<string> {
  let next = 0;
  let pollsWithoutJob = 0;
  while (next < record.chunks) {
    signal?.throwIfAborted();
    const texts = await queue.store.results(id, next, Math.min(next + chunksAtOnce, record.chunks));
    yield* texts;
    next += texts.length;
    const { scored, failed, isWhole } = await queue.store.counts(id);
    onProgress?.({
      scored,
      failed,
      total: record.pairs,
      written: written(),
      workers: await queue.jobs.getWorkersCount(),
    });
    if (texts.length > 0) {
      pollsWithoutJob = 0;
      continue;
    }
    // Who submits may still be at it; a submission that was broken off is waited for, since it can be taken up again.
    const state = await queue.jobs.getJobState(jobId({ submission: id, chunk: next }));
    pollsWithoutJob = state === "failed" || (isWhole && state === "unknown") ? pollsWithoutJob + 1 : 0;
    if (pollsWithoutJob >= polls.beforeLost) throw await lost(queue, id, next);
    await sleep(pollMs, undefined, { ...(signal && { signal }) });
  }
}

async function lost({ jobs }: BulkQueue, submission: string, chunk: number): Promise<ChunkLostError> {
  const job = await jobs.getJob(jobId({ submission, chunk }));
  const reason = job?.failedReason ?? "Redis has neither its job nor its result";
  return new ChunkLostError(
    `Chunk ${chunk} of submission ${submission} has no result: ${reason}. Submit the same file with the same options ` +
      `again; only what is missing is scored.`,
    { submission, chunk },
  );
}

/** Counts the lines of a chunk, and keeps the first errors. */
function countRows(text: string, collected: { pairs: number; failed: number; failures: object[] }): void {
  for (const line of text.trimEnd().split("\n")) {
    collected.pairs += 1;
    if (!isFailure(line)) continue;
    collected.failed += 1;
    if (collected.failures.length >= failuresTold) continue;
    const { index, line: number, error } = JSON.parse(line) as CollectedScores["failures"][number];
    collected.failures.push({ index, line: number, error });
  }
}
