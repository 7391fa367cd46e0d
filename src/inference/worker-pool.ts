import type { MicroBatchLimits } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import { collectTokenCounts, cutCall, joinLists, joinLogits, joinPassages, type CallPart } from "./call-parts.js";
import { ModelWorker } from "./model-worker.js";
import type { LoadedModel, ModelSpec, PairColumns, PassageLogits } from "./protocol.js";
import { runTogether } from "./run-together.js";
import type { CallOptions } from "./worker-thread.js";

/** A worker and what it has to do. */
interface Member {
  worker: ModelWorker;
  /** Cost of the parts that it has not ended yet. */
  pendingCost: number;
}

/** What a worker does with its part of a call. */
type RunPart<Result> = (worker: ModelWorker, pairs: PairColumns, options: CallOptions) => Promise<Result>;

/**
 * A model that runs in several workers, each with the model, used like one {@link ModelWorker}.
 *
 * A large call is cut into parts, one for each worker; a small one goes whole to the worker that has least to do. A part
 * that fails fails its call. After a thread has died its worker's next part starts a new one; the others go on.
 */
export class WorkerPool {
  readonly #members: readonly [Member, ...Member[]];
  readonly #maxLength: number;

  /**
   * @param size - Workers, >= 1.
   * @param scriptUrl - As for {@link ModelWorker}.
   */
  constructor(spec: ModelSpec, size: number, scriptUrl?: URL) {
    const addMember = (): Member => ({ worker: new ModelWorker(spec, scriptUrl), pendingCost: 0 });
    this.#members = [addMember(), ...Array.from({ length: size - 1 }, addMember)];
    this.#maxLength = spec.maxLength;
  }

  get isDisposed(): boolean {
    return this.#members[0].worker.isDisposed;
  }

  /**
   * Loads the model in all workers, unless it is loaded.
   *
   * The first worker loads alone: what is wrong with a model is found once, and before there are more threads; so is the
   * device, which all then use. If
   * another fails all the same, the rest is left to {@link WorkerPool.dispose}.
   */
  async load(): Promise<LoadedModel> {
    const [first, ...others] = this.#members;
    const loaded = await first.worker.load();
    for (const { worker } of others) worker.useDevice(loaded.device);
    await Promise.all(others.map(({ worker }) => worker.load()));
    return loaded;
  }

  /** @returns Logits, shape [pairs, labels], in the order of the pairs. */
  async score(pairs: PairColumns, limits: MicroBatchLimits, options: CallOptions = {}): Promise<Float32Array> {
    const parts = this.#cut(pairs);
    const scorePart: RunPart<Float32Array> = (worker, part, partOptions) => worker.score(part, limits, partOptions);
    return joinLogits(parts, await this.#run(parts, options, scorePart));
  }

  /** Splits documents that do not fit beside their query into passages, as {@link ModelWorker.scorePassages}. */
  async scorePassages(pairs: PairColumns, limits: MicroBatchLimits, options: CallOptions = {}): Promise<PassageLogits> {
    // Nothing is cut off, so the whole of a long document costs.
    const parts = cutCall(pairs, { workerCount: this.#members.length, maxLength: Infinity });
    const scorePart: RunPart<PassageLogits> = (worker, part, rest) => worker.scorePassages(part, limits, rest);
    return joinPassages(parts, await this.#run(parts, options, scorePart));
  }

  async tokenize(pairs: PairColumns, options: CallOptions = {}): Promise<readonly TokenizedPair[]> {
    const parts = this.#cut(pairs);
    return joinLists(parts, await this.#run(parts, options, (worker, ...part) => worker.tokenize(...part)));
  }

  /** Ends all threads and with them the memory of the models. Pending and later calls are rejected. */
  async dispose(): Promise<void> {
    await Promise.all(this.#members.map(({ worker }) => worker.dispose()));
  }

  #cut(pairs: PairColumns): CallPart[] {
    return cutCall(pairs, { workerCount: this.#members.length, maxLength: this.#maxLength });
  }

  /** Starts all parts before it returns: the next call must see who is busy. */
  #run<Result>(parts: readonly CallPart[], options: CallOptions, run: RunPart<Result>): Promise<readonly Result[]> {
    const members = this.#leastBusy(parts.length);
    const collect = options.onTokenized && collectTokenCounts(parts, options.onTokenized);
    const runs = parts.map(({ pairs, cost }, position) => async (partOptions: CallOptions) => {
      const member = members[position] as Member;
      member.pendingCost += cost;
      try {
        return await run(member.worker, pairs, { ...partOptions, onTokenized: collect?.(position) });
      } finally {
        member.pendingCost -= cost;
      }
    });
    return runTogether(runs, options);
  }

  /** Of workers that have as much to do the first ones, whose memory is the warmest. */
  #leastBusy(count: number): Member[] {
    return [...this.#members].sort((a, b) => a.pendingCost - b.pendingCost).slice(0, count);
  }
}
