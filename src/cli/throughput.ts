/** Long enough that chunks coming in one by one look steady. */
const windowMs = 30_000;

/** How often a program that is watched by nobody says how far it is. */
const reportEveryMs = 10_000;

/** Counts of something that grows, and how fast it has grown of late. */
export class Throughput {
  readonly #now: () => number;
  #samples: { at: number; count: number }[] = [];
  #reportedAt: number;

  /** @param now - A clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#reportedAt = now();
  }

  /**
   * Takes the count as it is now.
   *
   * @returns Growth a second, over the last half minute; `undefined` until there is any time to go by.
   */
  at(count: number): number | undefined {
    const at = this.#now();
    this.#samples.push({ at, count });
    this.#samples = this.#samples.filter((sample) => at - sample.at <= windowMs);
    const first = this.#samples[0];
    if (first === undefined || first.at === at) return undefined;
    return ((count - first.count) / (at - first.at)) * 1000;
  }

  /** Whether it is time to say something again. */
  isDue(): boolean {
    if (this.#now() - this.#reportedAt < reportEveryMs) return false;
    this.#reportedAt = this.#now();
    return true;
  }
}

/** A rate for people: `640 pairs/s`. */
export function perSecond(rate: number | undefined): string {
  return rate === undefined ? "– pairs/s" : `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} pairs/s`;
}
