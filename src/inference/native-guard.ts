/**
 * Keeps a thread from being terminated while it is inside onnxruntime-node: its result could then not be handed over,
 * and the addon answers that by ending the whole process (seen with onnxruntime-node 1.30).
 *
 * Both threads have one over the same memory. Where the guard is asked to, no native call begins any more.
 */
export class NativeGuard {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array<SharedArrayBuffer>;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Worker: makes a native call. Never settles, and does not make it, once the thread is to end. */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (Atomics.compareExchange(this.#state, 0, State.free, State.inside) !== State.free)
      return new Promise(() => undefined);
    try {
      return await call();
    } finally {
      if (Atomics.compareExchange(this.#state, 0, State.inside, State.free) !== State.inside) {
        Atomics.store(this.#state, 0, State.ended);
        Atomics.notify(this.#state, 0);
      }
    }
  }

  /** Owner: resolves when the thread is outside native calls for good. */
  async end(exited: Promise<unknown>): Promise<void> {
    let state: number = State.free;
    while (state === State.free || state === State.inside) {
      const next = state === State.free ? State.ended : State.ending;
      const found = Atomics.compareExchange(this.#state, 0, state, next);
      state = found === state ? next : found;
    }
    if (state !== State.ending) return;
    const { value } = Atomics.waitAsync(this.#state, 0, State.ending);
    // A thread that dies inside tells nothing.
    await Promise.race([value, exited]);
  }
}

const State = { free: 0, inside: 1, ending: 2, ended: 3 } as const;
