import type { Command } from "commander";
import type { CollectedScores, CollectProgress } from "../../bulk/index.js";
import { pick } from "../pick.js";
import { startProgressBar } from "../progress-bar.js";
import { addQueueOptions, note, type QueueFlags } from "../queue-options.js";
import { requireOutput } from "../require-output.js";
import { perSecond, Throughput } from "../throughput.js";

interface CollectFlags extends QueueFlags {
  output: string;
}

export function addBulkCollectCommand(bulk: Command): void {
  const command = bulk
    .command("collect")
    .summary("write the scores of a submission, once they are there")
    .description("Wait for the scores of a submission, and write them in the order of its file.")
    .argument("[submission]", "the submission's id; may be left out if the queue has one only")
    .requiredOption("-o, --output <file>", "the file to write, named <file>.partial until it is whole");
  addQueueOptions(command)
    .addHelpText(
      "after",
      `
A line a pair, as from crossrank predict. A pair that could not be scored has
{"index":…,"line":…,"error":"…","code":"…"}, and the exit status is 1 then.
If interrupted, run it again. Results stay in Redis: see crossrank bulk remove.

Example:
  crossrank bulk collect --output scores.jsonl`,
    )
    .action(collect);
}

async function collect(submission: string | undefined, { output, ...flags }: CollectFlags): Promise<void> {
  await requireOutput(output, { flag: "--output", inputs: [] });
  const { collectScores } = await import("../../bulk/index.js");
  const throughput = new Throughput();
  const startedAt = performance.now();
  using bar = await startProgressBar(1, "pairs");
  const collected = await collectScores(submission, output, {
    ...pick(flags, ["redis", "queue"]),
    onNotice: note,
    onProgress: (progress) => {
      const rate = throughput.at(progress.scored);
      bar.update(progress.scored / progress.total, progress.scored);
      if (throughput.isDue()) note(describe(progress, rate));
    },
  });
  const seconds = (performance.now() - startedAt) / 1000;
  note(`${collected.pairs} pairs are in ${output}, after ${seconds.toFixed(1)} s.`);
  if (collected.failed > 0) {
    note(describeFailures(collected));
    process.exitCode = 1;
  }
}

function describe({ scored, total, failed, workers }: CollectProgress, rate: number | undefined): string {
  const without = failed > 0 ? `, ${failed} without a score` : "";
  return `${scored} of ${total} pairs${without}, ${perSecond(rate)}, ${workers} ${workers === 1 ? "worker" : "workers"}`;
}

function describeFailures({ pairs, failed, failures }: CollectedScores): string {
  const lines = failures.map(({ line, error }) => `  line ${line}: ${error}`);
  const more = failed > failures.length ? [`  and ${failed - failures.length} more`] : [];
  return [`error: ${failed} of ${pairs} pairs have no score:`, ...lines, ...more].join("\n");
}
