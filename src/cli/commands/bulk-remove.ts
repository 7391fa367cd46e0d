import type { Command } from "commander";
import { pick } from "../pick.js";
import { addQueueOptions, note, type QueueFlags } from "../queue-options.js";

export function addBulkRemoveCommand(bulk: Command): void {
  const command = bulk
    .command("remove")
    .summary("delete a submission and its results from Redis")
    .description("Delete a submission, its texts and its results from Redis.")
    .argument("<submission>", "the submission's id");
  addQueueOptions(command)
    .addHelpText(
      "after",
      `
Example:
  crossrank bulk remove 5f1c0a7b2d3e4f60`,
    )
    .action(remove);
}

async function remove(submission: string, flags: QueueFlags): Promise<void> {
  const { removeSubmission } = await import("../../bulk/index.js");
  await removeSubmission(submission, { ...pick(flags, ["redis", "queue"]), onNotice: note });
}
