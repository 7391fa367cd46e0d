/**
 * What every contestant's process does: load, score a workload once to warm up, score it once more against the clock,
 * print a line of JSON.
 *
 * Usage of a contestant: node --import tsx CONTESTANT MODEL_FOLDER WORKLOAD_INDEX OPTIONS_JSON
 */
import { workloads, type Workload } from "../workloads.js";

/** How a contestant runs; each takes what concerns it. */
export interface ContestantOptions {
  dtype: string;
  /** Documents that are scored together, for contestants that leave it to their users. */
  batchSize: number;
}

/** What a contestant took. */
export interface ContestantResult {
  milliseconds: number;
  loadMilliseconds: number;
  peakResidentMegabytes: number;
  /** In the order of the documents: contestants in the same precision must agree. */
  scores: number[];
}

/** Scores all documents of a workload. */
export type ScoreWorkload = (workload: Workload) => Promise<number[]>;

/** @param load - Loads the model of a folder; what it returns is timed. */
export async function timeContestant(
  load: (modelFolder: string, options: ContestantOptions) => Promise<ScoreWorkload>,
): Promise<void> {
  const [modelFolder = "", workloadIndex, options = ""] = process.argv.slice(2);
  const workload = workloads[Number(workloadIndex)] as Workload;

  const loadStart = performance.now();
  const score = await load(modelFolder, JSON.parse(options) as ContestantOptions);
  const loadMilliseconds = performance.now() - loadStart;

  await score(workload);
  const start = performance.now();
  const scores = await score(workload);
  const milliseconds = performance.now() - start;

  const peakResidentMegabytes = process.resourceUsage().maxRSS / 1000;
  const result: ContestantResult = { milliseconds, loadMilliseconds, peakResidentMegabytes, scores };
  console.log(JSON.stringify(result));
}

/** A list in pieces of `size`, in its order. */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
