/**
 * Loads, ranks and disposes 20 times and prints resident memory after each: what `dispose` gives back.
 *
 * Usage: npm run bench:memory
 */
import { setTimeout as pause } from "node:timers/promises";
import { CrossEncoder } from "../../dist/index.js";
import { workloads, type Workload } from "./workloads.js";

const cycles = 20;
const { query, documents } = workloads[0] as Workload;

const residentMegabytes: number[] = [];
for (let cycle = 0; cycle < cycles; cycle++) {
  const model = await CrossEncoder.fromPretrained();
  await model.rank(query, documents);
  await model.dispose();
  await pause(100);
  residentMegabytes.push(Math.round(process.memoryUsage.rss() / 1e6));
}
const [first = NaN] = residentMegabytes;
console.log(`resident MB after each cycle: ${residentMegabytes.join(" ")}`);
console.log(`last minus first: ${(residentMegabytes.at(-1) ?? NaN) - first} MB`);
