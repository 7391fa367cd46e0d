/**
 * Bulk scoring against one process: `npx tsx test/bench/bulk.ts --pairs 200000 --kill-every 20`
 *
 * Scores the same pairs with `crossrank predict` and with workers of `crossrank bulk`, which are killed at random and
 * started again, and Redis with them once in the middle. Then checks that the output is whole, in order, each pair once.
 * Needs `npm run build` and redis-server.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { collectScores, submitPairs } from "../../dist/bulk.js";
import { RedisServer } from "../helpers/redis-server.js";
import { seededRandom } from "../helpers/seeded-random.js";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "20000" },
    workers: { type: "string", default: "3" },
    "kill-every": { type: "string", default: "20" },
    "no-outage": { type: "boolean", default: false },
  },
});
const pairCount = Number(values.pairs);
const workerCount = Number(values.workers);
/** Mean seconds between two kills; 0 for none. */
const killEvery = Number(values["kill-every"]);

const threads = Math.max(1, Math.floor(availableParallelism() / workerCount));
const random = seededRandom(1);
const folder = await mkdtemp(join(tmpdir(), "crossrank-bulk-bench-"));
const paths = { pairs: join(folder, "pairs.jsonl"), one: join(folder, "one.jsonl"), bulk: join(folder, "bulk.jsonl") };

try {
  await writePairs();
  report("one process", await timed(runPredict));
  await mkdir(join(folder, "redis"));
  await using redis = await RedisServer.start(join(folder, "redis"));
  report(`${workerCount} workers of ${threads} thread(s)`, await timed(() => runBulk(redis)));
  await compare();
} finally {
  await rm(folder, { recursive: true });
}

/** Lengths like those of answers on the web: 54 to 388 characters. */
async function writePairs(): Promise<void> {
  const words =
    "mass weight gravity church music light water tree engine river city law stone paper moon of the is".split(" ");
  const word = () => words[Math.floor(random() * words.length)] ?? "";
  const file = createWriteStream(paths.pairs);
  for (let index = 0; index < pairCount; index++) {
    let document = `document ${index}`;
    const length = 54 + random() * 334;
    while (document.length < length) document += ` ${word()}`;
    if (!file.write(`${JSON.stringify([`how do you find ${word()}?`, document])}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

async function runPredict(): Promise<void> {
  const child = start(["predict", paths.pairs, "--output", paths.one]);
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`crossrank predict ended with ${String(child.exitCode)}`);
}

async function runBulk(redis: RedisServer): Promise<void> {
  const connection = { redis: redis.url };
  const { id, chunks } = await submitPairs(paths.pairs, connection);
  const startWorker = () =>
    start(["bulk", "work", "--redis", redis.url, "--threads", String(threads), "--stalled-after", "5"]);
  const workers = Array.from({ length: workerCount }, startWorker);
  const done = new AbortController();
  let [kills, outages] = [0, 0];

  const killing = killAtRandom();
  const { pairs, failed } = await collectScores(id, paths.bulk, {
    ...connection,
    onProgress: ({ scored, total }) => {
      if (values["no-outage"] || outages > 0 || scored < total / 2) return;
      outages += 1;
      void redis.kill().then(() => redis.start());
    },
  });
  done.abort();
  await killing;
  for (const worker of workers) worker.kill("SIGKILL");
  process.stdout.write(
    `${chunks} chunks, ${pairs} pairs, ${failed} failed; workers killed ${kills} times, Redis ${outages} times\n`,
  );

  async function killAtRandom(): Promise<void> {
    while (killEvery > 0) {
      const wait = sleep(2000 * killEvery * random(), true, { signal: done.signal });
      if (!(await wait.catch(() => false))) return;
      const victim = Math.floor(random() * workerCount);
      workers[victim]?.kill("SIGKILL");
      workers[victim] = startWorker();
      kills += 1;
    }
  }
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["dist/cli.js", ...args], { stdio: ["ignore", "ignore", "ignore"] });
}

async function timed(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}

function report(what: string, seconds: number): void {
  process.stdout.write(`${what}: ${seconds.toFixed(1)} s, ${Math.round(pairCount / seconds)} pairs/s\n`);
}

/** Every score is another pair's, so a pair that is missing, doubled or misplaced shows. */
async function compare(): Promise<void> {
  const [one, bulk] = await Promise.all([scoresIn(paths.one), scoresIn(paths.bulk)]);
  if (one.length !== pairCount || bulk.length !== pairCount) {
    throw new Error(`There must be ${pairCount} scores, got ${one.length} and ${bulk.length}`);
  }
  const largest = one.reduce((most, score, index) => Math.max(most, Math.abs(score - (bulk[index] ?? NaN))), 0);
  // What the pairs beside a pair may change; see test/golden/tolerances.ts.
  if (!(largest < 1e-5)) throw new Error(`Scores differ by ${largest}`);
  process.stdout.write(`complete and in order; scores differ by ${largest.toExponential(1)} at most\n`);
}

async function scoresIn(path: string): Promise<number[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { score: number }).score);
}
