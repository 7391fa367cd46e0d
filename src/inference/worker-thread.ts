import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { deserializeError, WorkerCrashedError } from "../errors/index.js";
import {
  loadCallId,
  type CallKind,
  type CallResults,
  type LoadedModel,
  type ModelSpec,
  type PairColumns,
  type TokenCounts,
  type WorkerData,
  type WorkerReply,
  type WorkerRequest,
} from "./protocol.js";
import { endBeforeProcess, type EndableThread } from "./end-before-process.js";
import { slicePairs } from "./slice-pairs.js";
import { shareWebGpuLock } from "./webgpu-lock.js";

/** What a caller may want beside a call's result. */
export interface CallOptions {
  /** Aborting it rejects the call with its reason at once; the thread stops after the micro-batch it is in. */
  signal?: AbortSignal | undefined;
  /** Called after each micro-batch with the number of pairs scored so far. */
  onScored?: ((count: number) => void) | undefined;
  /** Called once all pairs of a call to score are tokenized, before the first micro-batch. */
  onTokenized?: ((counts: TokenCounts) => void) | undefined;
}

interface PendingCall {
  resolve(result: CallResults[keyof CallResults]): void;
  reject(reason: unknown): void;
  onScored: CallOptions["onScored"];
  onTokenized: CallOptions["onTokenized"];
}

/**
 * One worker thread, from its start to its end, as the caller's thread sees it.
 *
 * It keeps the process alive only while a call is pending.
 */
export class WorkerThread {
  /** Settles when the model is loaded. */
  readonly loaded: Promise<LoadedModel>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, PendingCall>();
  #nextCallId = loadCallId;
  #hasEnded = false;

  constructor(spec: ModelSpec, scriptUrl: URL) {
    shareWebGpuLock();
    const hasExited = new Int32Array(new SharedArrayBuffer(4));
    // Flags of the process, such as --input-type, are not for this script.
    const options = { workerData: { spec, hasExited } satisfies WorkerData, execArgv: [], name: "crossrank" };
    this.#worker = new Worker(scriptUrl, options);
    const thread: EndableThread = { hasExited, end: () => this.#post({ type: "end" }) };
    this.#exited = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    void endBeforeProcess(thread, this.#exited);
    this.#worker.on("message", (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on("error", (cause) => this.#crash(`: ${cause.message}`, {}, { cause }));
    this.#worker.on("exit", (exitCode) => this.#crash(` with exit code ${exitCode}`, { exitCode }));
    this.loaded = this.#open<LoadedModel>({}).result;
    // A thread that dies before anyone asks whether it is loaded must not end the process.
    this.loaded.catch(() => undefined);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends pairs, then starts a call on them. */
  async call<Kind extends CallKind>(
    kind: Kind,
    pairs: PairColumns,
    options: CallOptions,
  ): Promise<CallResults[Kind["type"]]> {
    options.signal?.throwIfAborted();
    const { callId, result } = this.#open<CallResults[Kind["type"]]>(options);
    const cancel = () => this.#cancel(callId, options.signal?.reason);
    options.signal?.addEventListener("abort", cancel, { once: true });
    try {
      const [settled] = await Promise.all([result, this.#send(callId, kind, pairs)]);
      return settled;
    } finally {
      options.signal?.removeEventListener("abort", cancel);
    }
  }

  /**
   * Ends the thread after the micro-batch it is in; rejects what is pending with `reason` at once. Resolves when the
   * thread has given its memory back.
   *
   * The thread ends itself: to be terminated inside `session.run()` aborts the process (onnxruntime-node 1.30).
   */
  async end(reason: Error): Promise<void> {
    this.#rejectAll(reason);
    this.#worker.ref();
    this.#post({ type: "end" });
    await this.#exited;
  }

  async #send(callId: number, call: CallKind, pairs: PairColumns): Promise<void> {
    for (const slice of slicePairs(pairs)) {
      this.#post({ type: "pairs", callId, pairs: slice });
      await nextTurn();
      if (!this.#pending.has(callId)) return;
    }
    this.#post({ type: "start", callId, call });
  }

  #open<Result>({ onScored, onTokenized }: CallOptions): { callId: number; result: Promise<Result> } {
    const callId = this.#nextCallId++;
    const result = new Promise<Result>((resolve, reject) => {
      this.#pending.set(callId, { resolve: (value) => resolve(value as Result), reject, onScored, onTokenized });
    });
    this.#worker.ref();
    return { callId, result };
  }

  #close(callId: number): PendingCall | undefined {
    const call = this.#pending.get(callId);
    this.#pending.delete(callId);
    // A thread that is told to end is waited for, whatever it still answers.
    if (this.#pending.size === 0 && !this.#hasEnded) this.#worker.unref();
    return call;
  }

  #settle(reply: WorkerReply): void {
    switch (reply.type) {
      case "progress":
        this.#tell(reply.callId, ({ onScored }) => onScored?.(reply.scored));
        return;
      case "tokenized":
        this.#tell(reply.callId, ({ onTokenized }) => onTokenized?.(reply.counts));
        return;
      case "done":
        this.#close(reply.callId)?.resolve(reply.result);
        return;
      case "failed":
        this.#close(reply.callId)?.reject(deserializeError(reply.error));
        return;
      default:
        reply satisfies never;
    }
  }

  /** A callback that throws ends its call with what it threw. */
  #tell(callId: number, tell: (call: PendingCall) => void): void {
    const call = this.#pending.get(callId);
    try {
      if (call !== undefined) tell(call);
    } catch (error) {
      this.#cancel(callId, error);
    }
  }

  #cancel(callId: number, reason: unknown): void {
    this.#post({ type: "cancel", callId });
    this.#close(callId)?.reject(reason);
  }

  #crash(how: string, details: { exitCode?: number }, options: ErrorOptions = {}): void {
    const message = `The worker thread ended${how}. Its calls are lost; the next call starts a new thread.`;
    this.#rejectAll(new WorkerCrashedError(message, details, options));
  }

  #rejectAll(reason: Error): void {
    this.#hasEnded = true;
    for (const callId of [...this.#pending.keys()]) this.#close(callId)?.reject(reason);
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }
}
