/** Work that is taken from the queue bit by bit. */
export interface Queued {
  /** Estimated tokens of each of its pairs, each >= 1. */
  readonly costs: readonly number[];
}

/** Some neighbouring pairs of one job. */
export interface Slice<Job> {
  job: Job;
  /** Index of the first pair. */
  start: number;
  /** Index after the last pair. */
  end: number;
}

interface Entry<Job> {
  job: Job;
  /** The next pair to be taken. */
  next: number;
  waitingTokens: number;
}

/**
 * Jobs that wait, counted in tokens.
 *
 * A turn of a job is half of what is taken at once: a small job goes whole in its first turn, in the order of arrival,
 * and a huge one goes to the back after each turn. So no job waits longer than for one turn of each job before it, and
 * what is taken holds pairs of at least two jobs if two wait.
 */
export class FairQueue<Job extends Queued> {
  readonly #entries = new Map<Job, Entry<Job>>();
  #tokens = 0;

  /** Estimated tokens that wait. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Jobs that wait, in whole or in part. */
  get size(): number {
    return this.#entries.size;
  }

  push(job: Job): void {
    const waitingTokens = job.costs.reduce((sum, cost) => sum + cost, 0);
    this.#entries.set(job, { job, next: 0, waitingTokens });
    this.#tokens += waitingTokens;
  }

  /** Drops what still waits of a job. */
  remove(job: Job): void {
    this.#tokens -= this.#entries.get(job)?.waitingTokens ?? 0;
    this.#entries.delete(job);
  }

  /**
   * Takes pairs worth a budget, in tokens; at least one pair if any waits, however large.
   *
   * @returns Slices in the order they were taken; a job may have several. `[]` if nothing waits.
   */
  take(budget: number): Slice<Job>[] {
    const turn = Math.ceil(budget / 2);
    const slices: Slice<Job>[] = [];
    let left = budget;
    for (;;) {
      const [entry] = this.#entries.values();
      if (entry === undefined) return slices;
      const slice = this.#takeTurn(entry, { tokens: Math.min(turn, left), takesOne: slices.length === 0 });
      if (slice === undefined) return slices;
      slices.push(slice.slice);
      left -= slice.tokens;
    }
  }

  #takeTurn(
    entry: Entry<Job>,
    limit: { tokens: number; takesOne: boolean },
  ): { slice: Slice<Job>; tokens: number } | undefined {
    const { job, next: start } = entry;
    let end = start;
    let tokens = 0;
    while (end < job.costs.length) {
      const cost = job.costs[end] as number;
      const isFirst = limit.takesOne && end === start;
      if (tokens + cost > limit.tokens && !isFirst) break;
      tokens += cost;
      end += 1;
    }
    if (end === start) return undefined;
    this.#entries.delete(job);
    this.#tokens -= tokens;
    if (end < job.costs.length) {
      this.#entries.set(job, { job, next: end, waitingTokens: entry.waitingTokens - tokens });
    }
    return { slice: { job, start, end }, tokens };
  }
}
