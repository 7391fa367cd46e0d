import { Option, type Command } from "commander";
import type { BulkScoringOptions } from "../../bulk/index.js";
import { wholeNumberFrom } from "../parse-whole-number.js";
import { pick } from "../pick.js";
import { print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";
import { addQueueOptions, note, type QueueFlags } from "../queue-options.js";

interface SubmitFlags extends QueueFlags, BulkScoringOptions {
  chunkTokens?: number;
  json?: true;
}

export function addBulkSubmitCommand(bulk: Command): void {
  const command = bulk
    .command("submit")
    .summary("put the pairs of a file into the queue")
    .description("Put the pairs of a JSONL file into the queue, in chunks.")
    .argument("<pairs.jsonl>", "the file to read, as for crossrank predict")
    .option("-m, --model <folder>", "the model as the workers find it (default: the one that comes with crossrank)")
    .option("--max-length <tokens>", "most tokens of a pair (default: the model's own)", wholeNumberFrom(1))
    .option("--prompt <text>", "text to put in front of the query")
    .option("--prompt-name <name>", "name of one of the model's prompts to put in front of the query")
    .addOption(choice("--dtype <name>", "precision to compute in", ["fp32", "int8", "auto"]))
    .addOption(choice("--long-documents <mode>", "what becomes of long documents", ["truncate", "maxPassage"]))
    .addOption(
      choice("--activation-fn <name>", "what turns logits into scores", ["sigmoid", "identity", "tanh", "softmax"]),
    )
    .option("--chunk-tokens <count>", "most tokens of a chunk, estimated (default: 16384)", wholeNumberFrom(1));
  addQueueOptions(command)
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Prints the submission's id. The same file with the same options has the same id,
and submitting it again adds only what is missing.

Example:
  crossrank bulk submit pairs.jsonl --model /models/my-reranker`,
    )
    .action(submit);
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}

async function submit(path: string, { json, ...flags }: SubmitFlags): Promise<void> {
  const { submitPairs } = await import("../../bulk/index.js");
  const scoring = pick(flags, [
    "model",
    "maxLength",
    "prompt",
    "promptName",
    "dtype",
    "longDocuments",
    "activationFn",
    "chunkTokens",
  ]);
  // Of a file of unknown pairs: the bar is told the total with the first of them.
  using bar = await startProgressBar(1);
  const submission = await submitPairs(path, {
    ...pick(flags, ["redis", "queue"]),
    ...scoring,
    onNotice: note,
    onProgress: ({ submitted, total }) => bar.update(submitted / total, submitted),
  });
  const { id, pairs, chunks, open } = submission;
  note(`${pairs} pairs in ${chunks} chunks, ${open === chunks ? "all" : open} of them to be scored.`);
  await print(json ? `${JSON.stringify(submission)}\n` : `${id}\n`);
}
