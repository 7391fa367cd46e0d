/**
 * How cost grows: tokens per second and peak memory against the length of documents and against their number, in fp32
 * and int8. Prints Markdown tables, and draws them.
 *
 * Usage: npm run bench:growth -- [--model FOLDER] [--runs N] [--plot FILE.svg] [--output FILE.json]
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawPlot } from "./draw-plot.js";
import type { CaseResult } from "./run-case.js";
import { median } from "./statistics.js";
import { growthWorkloads } from "./workloads.js";

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: fileURLToPath(new URL("../../models/nano", import.meta.url)) },
    runs: { type: "string", default: "5" },
    plot: { type: "string" },
    output: { type: "string" },
  },
});
const dtypes = ["fp32", "int8"] as const;
const script = fileURLToPath(new URL("./run-case.ts", import.meta.url));

function measure(name: string, dtype: string) {
  const args = ["--import", "tsx", script, flags.model, name, flags.runs, JSON.stringify({ load: { dtype } })];
  const result = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as CaseResult;
  return {
    tokensPerSecond: (result.tokens / median(result.milliseconds)) * 1000,
    pairsPerSecond: (result.documents / median(result.milliseconds)) * 1000,
    peakResidentMegabytes: result.peakResidentMegabytes,
  };
}

const results = growthWorkloads.map(({ axis, x, name }) => ({
  axis,
  x,
  ...(Object.fromEntries(dtypes.map((dtype) => [dtype, measure(name, dtype)])) as Record<
    (typeof dtypes)[number],
    ReturnType<typeof measure>
  >),
}));

const axes = [...new Set(results.map(({ axis }) => axis))];
for (const axis of axes) {
  console.log(`\n| ${axis} | fp32 tokens/s | int8 tokens/s | fp32 peak MB | int8 peak MB |\n|--:|--:|--:|--:|--:|`);
  for (const { x, fp32, int8 } of results.filter((result) => result.axis === axis)) {
    const cells = [
      x,
      fp32.tokensPerSecond,
      int8.tokensPerSecond,
      fp32.peakResidentMegabytes,
      int8.peakResidentMegabytes,
    ];
    console.log(`| ${cells.map((cell) => Math.round(cell).toLocaleString("en")).join(" | ")} |`);
  }
}

if (flags.output !== undefined) writeFileSync(flags.output, `${JSON.stringify(results, null, 2)}\n`);
if (flags.plot !== undefined) {
  const panels = axes.map((axis) => ({
    title: axis,
    series: dtypes.map((dtype) => ({
      name: dtype,
      points: results
        .filter((result) => result.axis === axis)
        .map((result): [number, number] => [result.x, result[dtype].tokensPerSecond]),
    })),
  }));
  writeFileSync(flags.plot, drawPlot({ yTitle: "tokens/s", panels }));
}
