/**
 * Times whole processes, ten of each: the command line on README's example, and importing the package.
 *
 * Usage: npm run bench:start
 */
import { execFileSync } from "node:child_process";
import { percentile } from "./statistics.js";

const runs = 10;
const importing = `const start = performance.now(); await import("crossrank"); console.log(performance.now() - start)`;
const rank = [
  "dist/cli.js",
  "rank",
  "how do you find mass?",
  "Divide the weight by gravity.",
  "High Mass is a service.",
];

const node = (args: readonly string[]) => execFileSync(process.execPath, args, { encoding: "utf8" });

const milliseconds = { "crossrank rank": [] as number[], 'import "crossrank"': [] as number[] };
for (let run = 0; run < runs; run++) {
  const start = performance.now();
  node(rank);
  milliseconds["crossrank rank"].push(performance.now() - start);
  milliseconds['import "crossrank"'].push(Number(node(["--input-type=module", "--eval", importing])));
}
console.table(
  Object.fromEntries(
    Object.entries(milliseconds).map(([what, times]) => [
      what,
      { "median ms": Math.round(percentile(times, 0.5)), "largest ms": Math.round(Math.max(...times)) },
    ]),
  ),
);
