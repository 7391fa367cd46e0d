/**
 * One benchmark case in a process of its own, so that its peak memory is its own: loads a model, ranks a workload
 * several times, prints what it took as one line of JSON.
 *
 * Usage: npx tsx test/bench/run-case.ts MODEL_FOLDER WORKLOAD_NAME RUNS [OPTIONS_JSON]
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { CrossEncoder, type FromPretrainedOptions, type RankOptions } from "../../dist/index.js";
import { workloadNamed } from "./workloads.js";

/** What a case took. */
export interface CaseResult {
  documents: number;
  tokens: number;
  /** One a run, after a warm-up run. */
  milliseconds: number[];
  loadMilliseconds: number;
  peakResidentMegabytes: number;
  /** Longest that a timer was late during one more run. */
  largestEventLoopDelayMilliseconds: number;
}

const [folder, workloadName = "", runs, options = "{}"] = process.argv.slice(2);
const { query, documents } = workloadNamed(workloadName);
const { load, rank } = JSON.parse(options) as { load?: FromPretrainedOptions; rank?: RankOptions };

const loadStart = performance.now();
const model = await CrossEncoder.fromPretrained(folder, load);
const loadMilliseconds = performance.now() - loadStart;
const tokenized = await model.tokenize(documents.map((document) => [query, document]));

await model.rank(query, documents, rank);
const milliseconds: number[] = [];
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  await model.rank(query, documents, rank);
  milliseconds.push(performance.now() - start);
}

// In a run of its own: on two cores, a timer that fires each millisecond costs the matrix product some five percent.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await model.rank(query, documents, rank);
delay.disable();

const result: CaseResult = {
  documents: documents.length,
  tokens: tokenized.reduce((sum, { inputIds }) => sum + inputIds.length, 0),
  milliseconds,
  loadMilliseconds,
  peakResidentMegabytes: process.resourceUsage().maxRSS / 1000,
  largestEventLoopDelayMilliseconds: delay.max / 1e6,
};
console.log(JSON.stringify(result));
await model.dispose();
