/** What the tests of bulk scoring have in common: a Redis server, files of pairs, and workers that can be killed. */
import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { RedisServer } from "../../helpers/redis-server.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { startCli, statusOf } from "../cli/run-cli.js";

export const tinyModelFolder = "test/fixtures/tiny-reranker";

/** Small, so that few pairs make many chunks. */
export const chunkTokens = 100;

export type TextPair = [query: string, document: string];

/** Pairs that differ, of different lengths, some equal. */
export function somePairs(count: number): TextPair[] {
  return Array.from({ length: count }, (_, index) => [
    "how?",
    `${index % 7 === 3 ? "the same " : `document ${index} `}${"and so on ".repeat(index % 11)}`,
  ]);
}

export class BulkScene {
  readonly #folder: () => string;
  #redis: RedisServer | undefined;
  #workers: ChildProcess[] = [];

  constructor(folder: () => string) {
    this.#folder = folder;
  }

  get redis(): RedisServer {
    if (!this.#redis) throw new Error("Redis is started before each test");
    return this.#redis;
  }

  get url(): string {
    return this.redis.url;
  }

  path(name: string): string {
    return join(this.#folder(), name);
  }

  async start(): Promise<void> {
    await mkdir(this.path("redis"));
    this.#redis = await RedisServer.start(this.path("redis"));
  }

  async end(): Promise<void> {
    const ended = this.#workers.map((worker) => endOf(worker));
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await Promise.all(ended);
    this.#workers = [];
    await this.redis.kill();
  }

  async writePairs(pairs: readonly TextPair[], name = "pairs.jsonl"): Promise<string> {
    await writeFile(this.path(name), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
    return this.path(name);
  }

  /** Starts the command line's worker; it is killed at the end of the test, if it still runs. */
  startWorker(...flags: string[]): ChildProcess {
    const worker = startCli(["bulk", "work", "--redis", this.url, "--threads", "1", "--stalled-after", "1", ...flags]);
    // Nobody reads what it says; a full pipe would stop it.
    worker.stdout?.resume();
    worker.stderr?.resume();
    this.#workers.push(worker);
    return worker;
  }

  async readRows(name: string): Promise<Record<string, unknown>[]> {
    const text = await readFile(this.path(name), "utf8");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** Gives each test of a file a Redis server and a folder of its own. */
export function useBulkScene(): BulkScene {
  const scene = new BulkScene(useTemporaryFolder());
  beforeEach(() => scene.start());
  afterEach(() => scene.end());
  return scene;
}

/** Waits for a process that may have ended. */
export async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return statusOf(child);
}
