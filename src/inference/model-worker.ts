import { DisposedError } from "../errors/index.js";
import type { MicroBatchLimits } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import type { CallKind, CallResults, LoadedModel, ModelSpec, PairColumns, PassageLogits } from "./protocol.js";
import type { Device } from "./devices.js";
import { untilAborted } from "./until-aborted.js";
import { WorkerThread, type CallOptions } from "./worker-thread.js";

/** The worker's script, beside this one in the built package. */
const workerUrl = new URL("./worker.js", import.meta.url);

/**
 * A model that runs in a worker thread.
 *
 * After the thread has died the next call starts a new one, which loads the model again.
 */
export class ModelWorker {
  #spec: ModelSpec;
  readonly #scriptUrl: URL;
  #thread: WorkerThread | undefined;
  #isDisposed = false;

  /** @param scriptUrl - Another script than the package's, for tests. */
  constructor(spec: ModelSpec, scriptUrl: URL = workerUrl) {
    this.#spec = spec;
    this.#scriptUrl = scriptUrl;
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** Makes the threads that are started from now on use a device that is known to be there. */
  useDevice(device: Device): void {
    this.#spec = { ...this.#spec, device };
  }

  /** Loads the model, unless it is loaded. What device it found stays its device. */
  async load(): Promise<LoadedModel> {
    const thread = this.#startedThread();
    try {
      const loaded = await thread.loaded;
      this.useDevice(loaded.device);
      return loaded;
    } catch (error) {
      await thread.end(error as Error);
      throw error;
    }
  }

  /** @returns Logits, shape [pairs, labels], in the order of the pairs. */
  async score(pairs: PairColumns, limits: MicroBatchLimits, options: CallOptions = {}): Promise<Float32Array> {
    return this.#call({ type: "score", limits }, pairs, options);
  }

  /** Splits documents that do not fit beside their query into passages, instead of truncating them. */
  async scorePassages(pairs: PairColumns, limits: MicroBatchLimits, options: CallOptions = {}): Promise<PassageLogits> {
    return this.#call({ type: "scorePassages", limits }, pairs, options);
  }

  async tokenize(pairs: PairColumns, options: CallOptions = {}): Promise<readonly TokenizedPair[]> {
    return this.#call({ type: "tokenize" }, pairs, options);
  }

  /** Ends the thread and with it the model's memory. Pending and later calls are rejected. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#thread?.end(new DisposedError("The encoder was disposed while the call was running."));
  }

  async #call<Kind extends CallKind>(
    kind: Kind,
    pairs: PairColumns,
    options: CallOptions,
  ): Promise<CallResults[Kind["type"]]> {
    options.signal?.throwIfAborted();
    await untilAborted(this.load(), options.signal);
    return this.#startedThread().call(kind, pairs, options);
  }

  #startedThread(): WorkerThread {
    if (this.#isDisposed) throw new DisposedError("The encoder is disposed. Load the model again to use it.");
    if (this.#thread === undefined || this.#thread.hasEnded)
      this.#thread = new WorkerThread(this.#spec, this.#scriptUrl);
    return this.#thread;
  }
}
