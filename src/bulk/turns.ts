/** Lets work run side by side, except for that which must be alone; in the order it was asked for. */
export class Turns {
  #alone: Promise<unknown> = Promise.resolve();
  readonly #together = new Set<Promise<unknown>>();

  /** Runs `work` beside other work, once what must be alone and was asked for before is done. */
  async together<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#alone.then(work);
    const settled = turn.catch(() => undefined);
    this.#together.add(settled);
    try {
      return await turn;
    } finally {
      this.#together.delete(settled);
    }
  }

  /** Runs `work` once all that was asked for before is done, and nothing else meanwhile. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = Promise.all([this.#alone, ...this.#together]).then(work);
    this.#alone = turn.catch(() => undefined);
    return turn;
  }
}
