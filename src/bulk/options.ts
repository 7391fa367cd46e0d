import type { FromPretrainedOptions, PredictOptions } from "../cross-encoder/index.js";

/** Where the queue is. */
export interface BulkConnection {
  /**
   * URL of the Redis server: `redis://user:password@host:port/database`, or `rediss://` for TLS.
   *
   * Its `maxmemory-policy` must be `noeviction`, and it needs persistence (`appendonly yes`) to outlive a restart.
   *
   * @default "redis://127.0.0.1:6379"
   */
  redis?: string;

  /** Name of the queue: submissions and workers of one name belong together. @default "crossrank-bulk" */
  queue?: string;

  /** Told in a sentence when Redis goes away, and when it is back. Calls wait meanwhile. */
  onNotice?: (notice: string) => void;

  /** Stops the call, or the worker once its chunks in hand are stored. */
  signal?: AbortSignal;
}

/** How pairs are scored; part of a submission, and the same on every worker. */
export interface BulkScoringOptions
  extends Pick<FromPretrainedOptions, "maxLength">, Pick<PredictOptions, "prompt" | "promptName" | "longDocuments"> {
  /** The model as the workers find it: a relative path is relative to a worker's folder. @default the embedded one */
  model?: string;

  /** In which precision the model computes, as in `CrossEncoder.fromPretrained`; workers have no GPU. @default "auto" */
  dtype?: Exclude<FromPretrainedOptions["dtype"], "fp16">;

  /** What turns logits into scores, by name. @default the model's own */
  activationFn?: Extract<FromPretrainedOptions["activationFn"], string>;
}

/** Options of {@link submitPairs}. */
export interface SubmitOptions extends BulkConnection, BulkScoringOptions {
  /**
   * Most tokens of a chunk, the unit that a worker takes, stores, and does again if it dies. A pair with more is a chunk
   * of its own.
   *
   * Tokens are estimated, one for four bytes of UTF-8 and three for a pair: whoever submits needs no model.
   *
   * @default 16384
   */
  chunkTokens?: number;

  /** Called as pairs are put into the queue. */
  onProgress?: (progress: { submitted: number; total: number }) => void;
}

/** Options of {@link startBulkWorker}. */
export interface BulkWorkerOptions extends BulkConnection, Pick<FromPretrainedOptions, "threads" | "workers"> {
  /**
   * Milliseconds after which the chunks of a silent worker are given to another; takes up to twice as long. A worker
   * speaks up at half of that, while it computes too.
   *
   * @default 30_000
   */
  stalledAfterMs?: number;

  /** End once no chunk is left, neither waiting nor with another worker. @default false: wait for more */
  untilDone?: boolean;

  /** Called when a chunk is stored. */
  onChunk?: (chunk: BulkChunkReport) => void;
}

/** A chunk that a worker has stored. */
export interface BulkChunkReport {
  submission: string;
  /** From 0, in the file's order. */
  chunk: number;
  pairs: number;
  /** Pairs that got an error instead of a score. */
  failed: number;
}

/** Options of {@link collectScores}. */
export interface CollectOptions extends BulkConnection {
  /** Called about twice a second while scores are waited for and written. */
  onProgress?: (progress: CollectProgress) => void;
}

/** How far a submission has come. */
export interface CollectProgress {
  /** Pairs that have a score or an error, on all workers together. */
  scored: number;
  /** Pairs of the submission. */
  total: number;
  /** Pairs written to the output. */
  written: number;
  /** Pairs that got an error. */
  failed: number;
  /** Workers at the queue. */
  workers: number;
}
