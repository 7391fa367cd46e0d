/** Busy time after which what was measured before counts half. */
const halfLifeMs = 10_000;

/** Tokens a second while there is something to do, recent ones counting most. */
export class RateMeter {
  #tokens = 0;
  #busyMs = 0;

  /** `undefined` until something was measured. */
  get tokensPerSecond(): number | undefined {
    return this.#busyMs > 0 ? (1000 * this.#tokens) / this.#busyMs : undefined;
  }

  /** @param busyMs - Milliseconds since the last record, or since there was something to do. */
  record(tokens: number, busyMs: number): void {
    const kept = 0.5 ** (busyMs / halfLifeMs);
    this.#tokens = this.#tokens * kept + tokens;
    this.#busyMs = this.#busyMs * kept + busyMs;
  }
}
