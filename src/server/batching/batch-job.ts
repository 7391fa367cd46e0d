import type { Pair } from "../../cross-encoder/index.js";
import type { Queued } from "./fair-queue.js";

/** What scoring a request's pairs gave. */
export interface JobResult {
  /** Shape [pairs, labels], in the order of the pairs. */
  logits: Float32Array;
  /** Tokens of all pairs, as the model saw them. */
  tokens: number;
  /** Which pairs were cut, ascending. */
  truncated: readonly number[];
  /** From its arrival to its first call. */
  queueMs: number;
  /** Wall-clock time of the calls up to their first micro-batch, other requests' pairs included. */
  tokenizationMs: number;
  /** The rest, up to its last score. */
  inferenceMs: number;
}

/** One request's pairs, on their way through calls. */
export class BatchJob implements Queued {
  readonly pairs: readonly Pair[];
  readonly costs: readonly number[];
  readonly result: Promise<JobResult>;
  /** When its first pair went into a call. */
  startedAt: number | undefined;
  tokenizationMs = 0;
  readonly #arrivedAt = performance.now();
  readonly #tokens: Uint32Array;
  readonly #truncated = new Set<number>();
  #logits = new Float32Array(0);
  #missing: number;
  #isSettled = false;
  #resolve!: (result: JobResult) => void;
  #reject!: (error: unknown) => void;

  constructor(pairs: readonly Pair[], costs: readonly number[]) {
    this.pairs = pairs;
    this.costs = costs;
    this.#tokens = new Uint32Array(pairs.length);
    this.#missing = pairs.length;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Notes what tokenizing found out about a pair; a pair that is scored again is not counted twice. */
  note(index: number, tokens: number, isTruncated: boolean): void {
    this.#tokens[index] = tokens;
    if (isTruncated) this.#truncated.add(index);
  }

  /** Takes the logits of some neighbouring pairs; the last ones settle the job. */
  give(start: number, logits: Float32Array, labelCount: number): void {
    if (this.#logits.length === 0) this.#logits = new Float32Array(this.pairs.length * labelCount);
    this.#logits.set(logits, start * labelCount);
    this.#missing -= logits.length / labelCount;
    if (this.#missing > 0 || this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(this.finish());
  }

  reject(error: unknown): void {
    this.#isSettled = true;
    this.#reject(error);
  }

  finish(): JobResult {
    const now = performance.now();
    const startedAt = this.startedAt ?? now;
    return {
      logits: this.#logits,
      tokens: this.#tokens.reduce((sum, count) => sum + count, 0),
      truncated: [...this.#truncated].sort((a, b) => a - b),
      queueMs: startedAt - this.#arrivedAt,
      tokenizationMs: this.tokenizationMs,
      inferenceMs: Math.max(0, now - startedAt - this.tokenizationMs),
    };
  }
}
