import type { Pair, TokenCounts } from "../../cross-encoder/index.js";
import { CrossrankError, OverloadedError } from "../../errors/index.js";
import { FairQueue, type Slice } from "./fair-queue.js";
import { BatchJob, type JobResult } from "./batch-job.js";
import { RateMeter } from "./rate-meter.js";
import { TokenEstimator } from "./token-estimator.js";

/** Scores pairs of any requests together. */
export type ScorePairs = (
  pairs: readonly Pair[],
  options: { signal: AbortSignal; onTokenized: (counts: TokenCounts) => void },
) => Promise<Float32Array>;

/** What a {@link Batcher} works for, and within which limits. */
export interface BatcherOptions {
  /** Gives logits, shape [pairs, labels]. */
  score: ScorePairs;
  /** Most tokens of a pair; `Infinity` if pairs are not truncated. */
  maxPairTokens: number;
  /** Tokens of one micro-batch: a call has at least as many, if they wait. */
  microBatchTokens: number;
  /** Calls that run side by side, >= 1. */
  maxCalls: number;
  /** Most tokens that may wait. */
  maxQueueTokens: number;
  observer: BatchObserver;
}

/** Is told what happens, for metrics. */
export interface BatchObserver {
  onCall(facts: { tokens: number; seconds: number }): void;
}

/** A call's time is about this: short enough that a request which comes meanwhile does not wait long. */
const targetCallSeconds = 0.1;
const maxMicroBatchesPerCall = 16;
const maxCrashes = 2;
/** Without a measured rate. */
const defaultRetryAfterMs = 1000;

interface RunningCall {
  slices: readonly BatchSlice[];
  controller: AbortController;
}

interface BatchSlice extends Slice<BatchJob> {
  /** Crashes and failures it was part of. */
  failures?: number;
}

/**
 * Batches requests dynamically: pairs that wait are scored in calls with pairs of several requests, and the model's
 * micro-batches are planned over all pairs of a call. Nobody waits for a batch to fill: a call starts as soon as one
 * may.
 *
 * A call that fails is repeated, request by request, each alone: what one request breaks is its own only. A request
 * that is aborted leaves the queue; a call that has no request left is aborted.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #queue = new FairQueue<BatchJob>();
  readonly #estimator: TokenEstimator;
  readonly #rate = new RateMeter();
  readonly #calls = new Set<RunningCall>();
  /** Parts of calls that have failed. They run alone. */
  readonly #suspects: BatchSlice[] = [];
  #busySince = 0;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#estimator = new TokenEstimator(options.maxPairTokens);
  }

  /** Estimated tokens that wait. */
  get queuedTokens(): number {
    return this.#queue.tokens;
  }

  /** Requests that wait. */
  get queuedRequests(): number {
    return this.#queue.size;
  }

  /**
   * Scores the pairs of one request.
   *
   * @throws {OverloadedError} If the queue has no room. A request goes into an empty queue whatever its size.
   * @throws The signal's reason, or what the model threw at this request alone.
   */
  async score(pairs: readonly Pair[], signal: AbortSignal): Promise<JobResult> {
    signal.throwIfAborted();
    const costs = pairs.map(([query, document]) => this.#estimator.estimate(query.length + document.length));
    this.#requireRoom(costs.reduce((sum, cost) => sum + cost, 0));
    const job = new BatchJob(pairs, costs);
    if (pairs.length === 0) return job.finish();
    const abandon = () => this.#settle(job, signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    this.#queue.push(job);
    this.#startCalls();
    try {
      return await job.result;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  #requireRoom(tokens: number): void {
    const { maxQueueTokens: limit } = this.#options;
    const queuedTokens = this.#queue.tokens;
    if (queuedTokens === 0 || queuedTokens + tokens <= limit) return;
    const rate = this.#rate.tokensPerSecond;
    const excess = Math.min(queuedTokens, queuedTokens + tokens - limit);
    const retryAfterMs = rate === undefined ? defaultRetryAfterMs : Math.ceil((1000 * excess) / rate);
    throw new OverloadedError(
      `The queue may hold ${limit} tokens, has ${queuedTokens}, and the request has about ${tokens}. Try again in ` +
        `${Math.ceil(retryAfterMs / 1000)} s.`,
      { queuedTokens, limit, retryAfterMs },
    );
  }

  #startCalls(): void {
    // What may have ended the thread must not take others with it again.
    while (this.#calls.size < this.#options.maxCalls && !this.#isTrying()) {
      if (this.#suspects.length > 0 && this.#calls.size > 0) return;
      const suspect = this.#suspects.shift();
      const slices: BatchSlice[] = suspect ? [suspect] : this.#queue.take(this.#callTokens());
      if (slices.length === 0) return;
      void this.#run(slices);
    }
  }

  /** Whether a part of a call that has failed is running. */
  #isTrying(): boolean {
    return [...this.#calls].some(({ slices }) => slices.some(({ failures }) => failures !== undefined));
  }

  #callTokens(): number {
    const { microBatchTokens } = this.#options;
    const wanted = (this.#rate.tokensPerSecond ?? 0) * targetCallSeconds;
    return Math.min(Math.max(wanted, microBatchTokens), maxMicroBatchesPerCall * microBatchTokens);
  }

  async #run(slices: readonly BatchSlice[]): Promise<void> {
    const start = performance.now();
    const call = { slices, controller: new AbortController() };
    if (this.#calls.size === 0) this.#busySince = start;
    this.#calls.add(call);
    for (const { job } of slices) job.startedAt ??= start;
    let tokens = 0;
    try {
      const logits = await this.#options.score(
        slices.flatMap(({ job, start: from, end }) => job.pairs.slice(from, end)),
        {
          signal: call.controller.signal,
          onTokenized: (counts) => {
            tokens = counts.tokens.reduce((sum, count) => sum + count, 0);
            this.#noteCounts(slices, counts, performance.now() - start);
          },
        },
      );
      this.#noteCall(tokens, start);
      this.#giveOut(slices, logits);
    } catch (error) {
      this.#fail(slices, error);
    } finally {
      this.#calls.delete(call);
      this.#startCalls();
    }
  }

  #noteCall(tokens: number, start: number): void {
    const now = performance.now();
    this.#rate.record(tokens, now - this.#busySince);
    this.#busySince = now;
    this.#options.observer.onCall({ tokens, seconds: (now - start) / 1000 });
  }

  #noteCounts(slices: readonly BatchSlice[], { tokens, truncated }: TokenCounts, milliseconds: number): void {
    let row = 0;
    let knownCharacters = 0;
    let knownTokens = 0;
    for (const { job, start, end } of slices) {
      job.tokenizationMs += milliseconds;
      for (let index = start; index < end; index++, row++) {
        const count = tokens[row] as number;
        job.note(index, count, truncated[row] === 1);
        if (truncated[row] === 1) continue;
        const [query, document] = job.pairs[index] as Pair;
        knownCharacters += query.length + document.length;
        knownTokens += count;
      }
    }
    if (knownCharacters > 0) this.#estimator.correct(knownCharacters, knownTokens);
  }

  #giveOut(slices: readonly BatchSlice[], logits: Float32Array): void {
    const pairCount = slices.reduce((sum, { start, end }) => sum + end - start, 0);
    const labelCount = logits.length / pairCount;
    let row = 0;
    for (const { job, start, end } of slices) {
      job.give(start, logits.subarray(row * labelCount, (row + end - start) * labelCount), labelCount);
      row += end - start;
    }
  }

  #fail(slices: readonly BatchSlice[], error: unknown): void {
    for (const slice of slices) {
      if (slice.job.isSettled) continue;
      const failures = (slice.failures ?? 0) + 1;
      const mayBeOthersFault = slices.length > 1 || (isCrash(error) && failures < maxCrashes);
      if (mayBeOthersFault && !isFinal(error)) this.#suspects.push({ ...slice, failures });
      else this.#settle(slice.job, error);
    }
  }

  /** Ends a job with an error, and with it all work that is for it alone. */
  #settle(job: BatchJob, error: unknown): void {
    job.reject(error);
    this.#queue.remove(job);
    const others = this.#suspects.filter((slice) => slice.job !== job);
    this.#suspects.splice(0, this.#suspects.length, ...others);
    for (const { slices, controller } of this.#calls) {
      if (slices.every((slice) => slice.job.isSettled)) controller.abort(error);
    }
    this.#startCalls();
  }
}

function isCrash(error: unknown): boolean {
  return CrossrankError.isInstance(error) && error.code === "WORKER_CRASHED";
}

/** Nothing that is tried again will go better. */
function isFinal(error: unknown): boolean {
  return CrossrankError.isInstance(error) && error.code === "DISPOSED";
}
