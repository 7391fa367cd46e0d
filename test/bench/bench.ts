/**
 * The benchmark: named workloads on the embedded model and on a model of ModernBERT-base's shape with random weights, in
 * fp32 and in int8.
 *
 * Each case runs in a process of its own; the machine's bare matrix product is measured right before and after it, and
 * its rate is given as a fraction of the better of the two. Prints a table, and writes JSON with everything needed to repeat it.
 *
 * Usage: npm run bench -- [--runs N] [--only TEXT] [--output FILE]
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeRandomModel } from "../../scripts/make-random-model.js";
import { describeModernBert } from "../../src/architectures/modernbert/index.js";
import type { CaseResult } from "./run-case.js";
import { median, percentile } from "./statistics.js";
import { workloads } from "./workloads.js";
import { readFileSync } from "node:fs";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "5" }, only: { type: "string" }, output: { type: "string" } },
});

const baseFolder = join(tmpdir(), "crossrank-bench", "modernbert-base");
if (!existsSync(join(baseFolder, "model.safetensors"))) await makeRandomModel("modernbert-base", baseFolder);

const models = [
  { name: "nano", folder: fileURLToPath(new URL("../../models/nano", import.meta.url)) },
  { name: "modernbert-base", folder: baseFolder },
].flatMap((model) => (["fp32", "int8"] as const).map((dtype) => ({ ...model, name: `${model.name} ${dtype}`, dtype })));

/** Runs a script beside this one and parses the line of JSON that it prints. */
function run(script: string, args: readonly string[]): unknown {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, ["--import", "tsx", path, ...args], { encoding: "utf8" }));
}

/** GFLOP/s of the bare matrix product. */
function measureLimit(): number {
  return (run("./matmul-limit.ts", []) as { gflops: number }).gflops;
}

/** Operations of all linear layers for a token, in GFLOP: two a weight; the head runs once a document and is left out. */
function gigaflopsPerToken(folder: string): number {
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as unknown;
  const { weightShapes } = describeModernBert(config, { path: folder, labelCount: 1 });
  const linear = [...weightShapes].filter(([name, shape]) => name.startsWith("model.layers") && shape.length === 2);
  return linear.reduce((sum, [, [outputs = 0, inputs = 0]]) => sum + 2 * outputs * inputs, 0) / 1e9;
}

const rows = models.flatMap(({ name, folder, dtype }) => {
  const perToken = gigaflopsPerToken(folder);
  return workloads
    .filter((workload) => `${name}: ${workload.name}`.includes(flags.only ?? ""))
    .map((workload) => {
      const limits = [measureLimit()];
      const result = run("./run-case.ts", [
        folder,
        workload.name,
        flags.runs,
        JSON.stringify({ load: { dtype } }),
      ]) as CaseResult;
      limits.push(measureLimit());
      const limit = Math.max(...limits);
      const seconds = median(result.milliseconds) / 1000;
      return {
        case: `${name}: ${workload.name}`,
        ...result,
        pairsPerSecond: result.documents / seconds,
        tokensPerSecond: result.tokens / seconds,
        matmulLimitGflops: limit,
        fractionOfLimit: ((result.tokens / seconds) * perToken) / limit,
      };
    });
});

console.table(
  Object.fromEntries(
    rows.map((row) => [
      row.case,
      {
        "pairs/s": Number(row.pairsPerSecond.toFixed(1)),
        "tokens/s": Math.round(row.tokensPerSecond),
        "of limit": Number(row.fractionOfLimit.toFixed(2)),
        "p95 ms": Math.round(percentile(row.milliseconds, 0.95)),
        "peak MB": Math.round(row.peakResidentMegabytes),
        "loop delay ms": Number(row.largestEventLoopDelayMilliseconds.toFixed(1)),
      },
    ]),
  ),
);

if (flags.output !== undefined) {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    node: process.version,
    onnxruntime: (JSON.parse(readFileSync("node_modules/onnxruntime-node/package.json", "utf8")) as { version: string })
      .version,
    loadAverage: loadavg(),
  };
  writeFileSync(flags.output, JSON.stringify({ machine, date: new Date().toISOString(), rows }, null, 2));
}
