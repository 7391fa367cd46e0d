import { Option, type Command } from "commander";
import type { BulkConnection } from "../bulk/index.js";

/** Where the queue is. */
export type QueueFlags = Pick<BulkConnection, "redis" | "queue">;

export function addQueueOptions(command: Command): Command {
  return command
    .addOption(new Option("--redis <url>", "the Redis server (default: redis://127.0.0.1:6379)").env("CROSSRANK_REDIS"))
    .option("--queue <name>", "the queue's name (default: crossrank-bulk)");
}

/** Says on standard error what happens meanwhile. */
export function note(notice: string): void {
  process.stderr.write(`${notice}\n`);
}
