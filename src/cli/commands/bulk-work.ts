import type { Command } from "commander";
import type { BulkChunkReport, BulkWorkerOptions } from "../../bulk/index.js";
import { wholeNumberFrom } from "../parse-whole-number.js";
import { pick } from "../pick.js";
import { addQueueOptions, note, type QueueFlags } from "../queue-options.js";
import { perSecond, Throughput } from "../throughput.js";

interface WorkFlags extends QueueFlags, Pick<BulkWorkerOptions, "threads" | "workers" | "untilDone"> {
  stalledAfter?: number;
}

export function addBulkWorkCommand(bulk: Command): void {
  const command = bulk
    .command("work")
    .summary("score what is in the queue")
    .description("Score chunks of the queue until it is told to stop.")
    .option(
      "--threads <count>",
      "threads that compute in each worker thread (default: cores / workers)",
      wholeNumberFrom(1),
    )
    .option("--workers <count>", "worker threads, each with the model (default: 1)", wholeNumberFrom(1))
    .option("--until-done", "end once no chunk is left, neither waiting nor with another worker")
    .option(
      "--stalled-after <seconds>",
      "when chunks of a silent worker are given to another (default: 30)",
      wholeNumberFrom(1),
    );
  addQueueOptions(command)
    .addHelpText(
      "after",
      `
SIGTERM or Ctrl-C lets it finish the chunks in hand; a second one ends it at once,
and another worker takes them.

Example:
  crossrank bulk work --threads 4`,
    )
    .action(work);
}

async function work({ stalledAfter, ...flags }: WorkFlags): Promise<void> {
  const { startBulkWorker } = await import("../../bulk/index.js");
  const tally = new Tally();
  const worker = await startBulkWorker({
    ...pick(flags, ["redis", "queue", "threads", "workers", "untilDone"]),
    ...(stalledAfter !== undefined && { stalledAfterMs: stalledAfter * 1000 }),
    onNotice: note,
    onChunk: (chunk) => tally.add(chunk),
  });
  note("Waiting for chunks.");
  // The second signal finds no listener, and ends the process.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop());
  await worker.ended;
  note(tally.describe());

  function stop(): void {
    note("Finishing the chunks in hand.");
    void worker.close();
  }
}

/** What a worker has done. */
class Tally {
  readonly #throughput = new Throughput();
  readonly #startedAt = performance.now();
  #pairs = 0;
  #chunks = 0;
  #failed = 0;

  add({ pairs, failed }: BulkChunkReport): void {
    this.#pairs += pairs;
    this.#chunks += 1;
    this.#failed += failed;
    const rate = this.#throughput.at(this.#pairs);
    if (this.#throughput.isDue()) note(`${this.#counts()}, ${perSecond(rate)}`);
  }

  describe(): string {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return `${this.#counts()} in ${seconds.toFixed(1)} s.`;
  }

  #counts(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} of them without a score` : "";
    return `${this.#chunks} chunks, ${this.#pairs} pairs${failed}`;
  }
}
