/**
 * crossrank beside its peers on the same workloads, the same model and the same machine.
 *
 * Contestants take turns, A B C A B C, so that what else the machine does meets all of them; each turn is a process of
 * its own (`contestants/time-contestant.ts` says what it does). Prints a table for each workload, and writes JSON with
 * every time and what it ran on. What is compared with what: test/bench/peers/README.md.
 *
 * Usage: npm run bench:peers -- [--runs N] [--only TEXT] [--contestants A,B] [--model NAME] [--batch-size N]
 *   [--output FILE]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isRandomModelName, makeRandomModel, randomModelNames } from "../../scripts/make-random-model.js";
import { convertToStandardLayout, type StandardDtype } from "../../src/conversion/index.js";
import type { ContestantOptions, ContestantResult } from "./contestants/time-contestant.js";
import { median } from "./statistics.js";
import { workloads } from "./workloads.js";

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    // Not all: padded, the longest ones take minutes and 16 GB.
    only: { type: "string", default: "100 GooAQ-length" },
    contestants: { type: "string", default: "crossrank fp32,crossrank int8,transformers.js fp32,transformers.js q8" },
    model: { type: "string", default: "modernbert-base" },
    "batch-size": { type: "string", default: "32" },
    output: { type: "string" },
  },
});

/** Whose turn it can be. */
interface Contestant {
  name: string;
  script: string;
  dtype: StandardDtype;
  /** Whether it runs the model in the standard layout, rather than the checkpoint. */
  isConverted: boolean;
}

const ours = { script: "./contestants/crossrank.ts", isConverted: false };
const transformersJs = { script: "./peers/transformers-js.mjs", isConverted: true };
const standardLayout = { script: "./contestants/standard-layout.ts", isConverted: true };

const contestants: readonly Contestant[] = [
  { name: "crossrank fp32", ...ours, dtype: "fp32" },
  { name: "crossrank int8", ...ours, dtype: "int8" },
  { name: "transformers.js fp32", ...transformersJs, dtype: "fp32" },
  { name: "transformers.js q8", ...transformersJs, dtype: "int8" },
  { name: "standard layout fp32", ...standardLayout, dtype: "fp32" },
  { name: "standard layout int8", ...standardLayout, dtype: "int8" },
];

const benchFolder = join(tmpdir(), "crossrank-bench");
const peersFolder = fileURLToPath(new URL("./peers", import.meta.url));

/** Folders of a model: the checkpoint, and what it is converted to. */
interface ModelFolders {
  checkpoint: string;
  converted: string;
}

/** Installs what `peers/package-lock.json` pins, unless it is there. */
function installPeers(): void {
  if (existsSync(join(peersFolder, "node_modules", ".package-lock.json"))) return;
  const options = { cwd: peersFolder, stdio: "inherit", shell: process.platform === "win32" } as const;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], options);
}

async function makeModel(name: string, dtypes: ReadonlySet<StandardDtype>): Promise<ModelFolders> {
  const checkpoint =
    name === "nano" ? fileURLToPath(new URL("../../models/nano", import.meta.url)) : await randomModel(name);
  const converted = join(benchFolder, `${name}-standard`);
  for (const dtype of dtypes) {
    await convertToStandardLayout(checkpoint, { outputFolder: converted, dtype, replaces: true });
  }
  return { checkpoint, converted };
}

async function randomModel(name: string): Promise<string> {
  if (!isRandomModelName(name))
    throw new RangeError(`--model must be nano or one of ${randomModelNames.join(", ")}, got ${name}`);
  const folder = join(benchFolder, name);
  if (!existsSync(join(folder, "model.safetensors"))) await makeRandomModel(name, folder);
  return folder;
}

/** A contestant's turns at one workload, or why it could not take them. */
interface Entry {
  contestant: Contestant;
  results: ContestantResult[];
  failure?: string;
}

function takeTurn(entry: Entry, workloadIndex: number, folders: ModelFolders): void {
  if (entry.failure !== undefined) return;
  const { script, dtype, isConverted } = entry.contestant;
  const options: ContestantOptions = { dtype, batchSize: Number(flags["batch-size"]) };
  const folder = isConverted ? folders.converted : folders.checkpoint;
  const path = fileURLToPath(new URL(script, import.meta.url));
  const args = ["--import", "tsx", path, folder, String(workloadIndex), JSON.stringify(options)];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status === 0) entry.results.push(JSON.parse(stdout) as ContestantResult);
  else entry.failure = /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? `ended with ${signal ?? String(status)}`;
}

function runWorkload(workloadIndex: number, chosen: readonly Contestant[], folders: ModelFolders): Entry[] {
  const entries = chosen.map((contestant): Entry => ({ contestant, results: [] }));
  for (let round = 0; round < Number(flags.runs); round++) {
    for (const entry of entries) takeTurn(entry, workloadIndex, folders);
  }
  return entries;
}

/** What a contestant's turns say, beside the first contestant's. */
function summarize(entry: Entry, first: Entry) {
  const milliseconds = entry.results.map((result) => result.milliseconds);
  const scores = entry.results[0]?.scores ?? [];
  const firstScores = first.results[0]?.scores ?? [];
  return {
    contestant: entry.contestant.name,
    ...(entry.failure === undefined ? {} : { failure: entry.failure }),
    documents: scores.length,
    milliseconds,
    medianMilliseconds: median(milliseconds),
    timesTheFirst: median(milliseconds) / median(first.results.map((result) => result.milliseconds)),
    loadMilliseconds: median(entry.results.map((result) => result.loadMilliseconds)),
    peakResidentMegabytes: Math.max(...entry.results.map((result) => result.peakResidentMegabytes)),
    largestScoreDifference: Math.max(...scores.map((score, index) => Math.abs(score - (firstScores[index] ?? NaN)))),
  };
}

type Summary = ReturnType<typeof summarize>;

function printTable(name: string, summaries: readonly Summary[]): void {
  console.log(`\n${flags.model}: ${name}`);
  const cells = (row: Summary) => ({
    "median s": Number((row.medianMilliseconds / 1000).toFixed(3)),
    "× first": Number(row.timesTheFirst.toFixed(2)),
    "fastest s": Number((Math.min(...row.milliseconds) / 1000).toFixed(3)),
    "slowest s": Number((Math.max(...row.milliseconds) / 1000).toFixed(3)),
    "documents/s": Number(((1000 * row.documents) / row.medianMilliseconds).toFixed(1)),
    "load s": Number((row.loadMilliseconds / 1000).toFixed(2)),
    "peak MB": Math.round(row.peakResidentMegabytes),
    "score difference": Number(row.largestScoreDifference.toPrecision(2)),
  });
  const finished = summaries.filter(({ failure }) => failure === undefined);
  console.table(Object.fromEntries(finished.map((row) => [row.contestant, cells(row)])));
  for (const { contestant, failure } of summaries) {
    if (failure !== undefined) console.log(`${contestant} failed: ${failure}`);
  }
}

function versionOf(packageFolder: string): string {
  return (JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string }).version;
}

function describeMachine() {
  return {
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    loadAverage: loadavg(),
    node: process.version,
    crossrank: versionOf("."),
    onnxruntime: versionOf("node_modules/onnxruntime-node"),
    transformersJs: versionOf(join(peersFolder, "node_modules/@huggingface/transformers")),
    onnxruntimeOfTransformersJs: versionOf(join(peersFolder, "node_modules/onnxruntime-node")),
  };
}

const names = flags.contestants.split(",");
const chosen = names.map((name) => {
  const found = contestants.find((contestant) => contestant.name === name.trim());
  if (found) return found;
  throw new RangeError(`--contestants must be of ${contestants.map(({ name }) => name).join(", ")}; got ${name}`);
});

installPeers();
const converted = chosen.filter(({ isConverted }) => isConverted);
const folders = await makeModel(flags.model, new Set(converted.map(({ dtype }) => dtype)));
const machine = describeMachine();
const rows = [...workloads.entries()]
  .filter(([, { name }]) => name.includes(flags.only))
  .map(([index, { name }]) => {
    const entries = runWorkload(index, chosen, folders);
    const summaries = entries.map((entry) => summarize(entry, entries[0] as Entry));
    printTable(name, summaries);
    return { workload: name, contestants: summaries };
  });

if (flags.output !== undefined) {
  const settings = { model: flags.model, runs: Number(flags.runs), batchSize: Number(flags["batch-size"]) };
  writeFileSync(flags.output, JSON.stringify({ machine, date: new Date().toISOString(), settings, rows }, null, 2));
}
