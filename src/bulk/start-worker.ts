import { CrossrankError } from "../errors/index.js";
import { loadBullmq, type Bullmq, type ChunkWorker, type QueuedChunk } from "./bullmq.js";
import { LoadedModels } from "./loaded-models.js";
import { openQueue, type BulkQueue } from "./open-queue.js";
import type { BulkWorkerOptions } from "./options.js";
import { resolveWorkerOptions, type ResolvedWorkerOptions } from "./resolve-options.js";
import { scoreChunk } from "./score-chunk.js";
import { Turns } from "./turns.js";

/** While one chunk's scores are written, the other keeps the model busy. */
const chunksAtOnce = 2;

const doneCheckMs = 1000;

/** A process that takes chunks from the queue and scores them. */
export interface BulkWorker extends AsyncDisposable {
  /**
   * Settles when the worker has ended: resolves after {@link BulkWorker.close}, and with `untilDone` once there is
   * nothing to do; rejects if this worker cannot score what is in the queue, since its model does not load or is another
   * one. What it had in hand is in the queue again then.
   */
  readonly ended: Promise<void>;
  /** Stores the chunks in hand, takes no more, and ends. */
  close(): Promise<void>;
}

/**
 * Starts scoring chunks. The model is loaded with the first of them, and stays loaded.
 *
 * A worker may be killed at any time: its chunks are given to another after {@link BulkWorkerOptions.stalledAfterMs}.
 * Pairs that cannot be scored get an error each; the others of their chunk get their scores. A chunk that workers keep
 * dying over is scored pair by pair, until the deadly pair is known.
 *
 * @throws {InvalidOptionsError} If an option is wrong.
 * @throws {QueueUnavailableError} If BullMQ is not installed, or Redis cannot be reached.
 */
export async function startBulkWorker(options: BulkWorkerOptions = {}): Promise<BulkWorker> {
  const resolved = resolveWorkerOptions(options);
  const queue = await openQueue(resolved);
  return new RunningWorker(queue, resolved, await loadBullmq());
}

class RunningWorker implements BulkWorker {
  readonly ended: Promise<void>;
  readonly #queue: BulkQueue;
  readonly #options: ResolvedWorkerOptions;
  readonly #bullmq: Bullmq;
  readonly #models: LoadedModels;
  readonly #turns = new Turns();
  readonly #jobs: ChunkWorker;
  readonly #doneCheck: NodeJS.Timeout | undefined;
  readonly #abort = () => void this.close();
  #settle!: (error?: Error) => void;
  #closing: Promise<void> | undefined;

  constructor(queue: BulkQueue, options: ResolvedWorkerOptions, bullmq: Bullmq) {
    this.#queue = queue;
    this.#options = options;
    this.#bullmq = bullmq;
    this.#models = new LoadedModels(options);
    this.ended = new Promise((resolve, reject) => {
      this.#settle = (error) => (error ? reject(error) : resolve());
    });
    this.#jobs = new bullmq.Worker(options.queue, (job: QueuedChunk, token) => this.#process(job, token), {
      connection: queue.redis,
      concurrency: chunksAtOnce,
      lockDuration: options.stalledAfterMs,
      stalledInterval: options.stalledAfterMs,
      // A chunk is never given up for its workers' deaths: the pair that causes them is looked for.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: doneCheckMs,
    });
    // An outage is told by the connection, and a chunk whose processing throws is tried again.
    this.#jobs.on("error", () => undefined);
    if (options.untilDone) this.#doneCheck = setInterval(() => void this.#closeIfDone(), doneCheckMs);
    options.signal?.addEventListener("abort", this.#abort, { once: true });
    if (options.signal?.aborted) this.#abort();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #process(job: QueuedChunk, token: string | undefined): Promise<void> {
    try {
      await this.#score(job);
    } catch (error) {
      // Others, such as a Redis that is full, are the chunk's: BullMQ tries it again after a while.
      if (!CrossrankError.isInstance(error)) throw error;
      this.#closing ??= this.#end(error);
      await job.moveToWait(token);
      throw new this.#bullmq.WaitingError();
    }
  }

  /** @throws {CrossrankError} If this worker cannot score the chunk. */
  async #score(job: QueuedChunk): Promise<void> {
    const { submission, chunk } = job.data;
    const { store } = this.#queue;
    const record = await store.record(submission);
    if (record === undefined) return;
    const texts = await store.texts(submission, chunk);
    if (texts === "stored") return;
    if (texts === undefined) throw new this.#bullmq.UnrecoverableError("Redis no longer has its texts");
    const task = { submission, chunk, texts, scoring: record.scoring, stalls: job.stalledCounter };
    const result = await scoreChunk(task, store, { models: this.#models, turns: this.#turns });
    if (result) this.#options.onChunk?.({ submission, chunk, pairs: result.pairs, failed: result.failed });
  }

  async #closeIfDone(): Promise<void> {
    const counts = await this.#queue.jobs.getJobCounts("waiting", "active", "delayed", "prioritized");
    if (Object.values(counts).every((count) => count === 0)) await this.close();
  }

  async #end(error?: CrossrankError): Promise<void> {
    clearInterval(this.#doneCheck);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    await this.#jobs.close();
    await this.#models.dispose();
    await this.#queue[Symbol.asyncDispose]();
    this.#settle(error);
  }
}
