import type { Command } from "commander";
import { addBulkCollectCommand } from "./bulk-collect.js";
import { addBulkRemoveCommand } from "./bulk-remove.js";
import { addBulkSubmitCommand } from "./bulk-submit.js";
import { addBulkWorkCommand } from "./bulk-work.js";

export function addBulkCommand(program: Command): void {
  const bulk = program
    .command("bulk")
    .summary("score a file of pairs on many machines")
    .description("Score the pairs of a JSONL file on many machines, with a queue in Redis (BullMQ).")
    .addHelpText(
      "after",
      `
Redis must run with appendonly yes and maxmemory-policy noeviction. Any of the
commands may be killed and started again: nothing is lost, nothing done twice.

Example:
  crossrank bulk submit pairs.jsonl --redis redis://queue-host:6379
  crossrank bulk work --redis redis://queue-host:6379     # on each machine
  crossrank bulk collect --output scores.jsonl --redis redis://queue-host:6379`,
    );
  addBulkSubmitCommand(bulk);
  addBulkWorkCommand(bulk);
  addBulkCollectCommand(bulk);
  addBulkRemoveCommand(bulk);
}
