/** How long a base URL that gave no answer is tried last. */
const restMs = 10_000;

/**
 * Several places of the same service: requests go to each in turn, and those that have just failed are asked last.
 *
 * None is ever given up: where all have failed, all are tried.
 */
export class BaseUrls {
  readonly #failedAt = new Map<string, number>();
  #next = 0;

  /** @param now - Milliseconds that only grow; for tests. */
  constructor(
    private readonly urls: readonly string[],
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** All of them, in the order in which a request is to try them. */
  inOrder(): string[] {
    const start = this.#next++ % this.urls.length;
    const turned = [...this.urls.slice(start), ...this.urls.slice(0, start)];
    return [...turned.filter((url) => !this.#isResting(url)), ...turned.filter((url) => this.#isResting(url))];
  }

  noteFailure(url: string): void {
    this.#failedAt.set(url, this.now());
  }

  noteSuccess(url: string): void {
    this.#failedAt.delete(url);
  }

  #isResting(url: string): boolean {
    return this.now() - (this.#failedAt.get(url) ?? -Infinity) < restMs;
  }
}
