/**
 * Load on a server with the embedded model, over loopback, by autocannon: throughput and latencies at several numbers of
 * connections, of which one means one request at a time; requests of mixed sizes, of one document each, and of mixed
 * sizes with a short queue; then resident memory under steady load.
 *
 *     npm run build && npx tsx test/bench/load.ts [--seconds 10] [--minutes 0] [--connections 1,8,64,256]
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import autocannon from "autocannon";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    minutes: { type: "string", default: "0" },
    connections: { type: "string", default: "1,8,64,256" },
  },
});
const seconds = Number(values.seconds);
const connectionCounts = values.connections.split(",").map(Number);

const sentence =
  "To find the mass of an object divide its weight by the acceleration of gravity or put it on a balance. ";
/** Documents of a request, from one that is waited for to one that should not hold up others. */
const documentCounts = [1, 1, 2, 5, 5, 10, 10, 20, 50];
const requestsOf = (counts: readonly number[]) =>
  counts.map((count, request) => ({
    method: "POST" as const,
    path: "/v1/rerank",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: "how do you find the mass of an object",
      documents: Array.from({ length: count }, (_, index) =>
        sentence.repeat(4).slice(0, 54 + ((index * 67 + request * 31) % 335)),
      ),
      return_documents: false,
    }),
  }));
const mixed = requestsOf(documentCounts);
const single = requestsOf(documentCounts.map(() => 1));

interface Started {
  child: ChildProcess;
  url: string;
}

async function start(...flags: string[]): Promise<Started> {
  const child = spawn(process.execPath, ["dist/cli.js", "serve", "--port", "0", "--no-log", ...flags]);
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  while (!log.includes("Ready.")) await once(child.stderr, "data");
  return { child, url: /Listening on (\S+),/.exec(log)?.[1] ?? "" };
}

async function stop({ child }: Started): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGINT");
  await ended;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

interface Load {
  connections: number;
  requests?: typeof mixed;
  durationSeconds?: number;
}

async function load(url: string, { connections, requests = mixed, durationSeconds = seconds }: Load): Promise<object> {
  const before = await metric(url, "crossrank_documents_total");
  const result = await autocannon({ url, connections, duration: durationSeconds, requests, timeout: 120 });
  const documents = (await metric(url, "crossrank_documents_total")) - before;
  const codes = result.statusCodeStats as Record<string, { count: number }> | undefined;
  return {
    connections,
    "requests/s": Math.round(result.requests.average),
    "documents/s": Math.round(documents / result.duration),
    "p50 ms": result.latency.p50,
    // autocannon has no 95th percentile; this is the nearest above it.
    "p97.5 ms": result.latency.p97_5,
    "p99 ms": result.latency.p99,
    statuses: Object.entries(codes ?? {})
      .map(([code, { count }]) => `${code}: ${count}`)
      .join(", "),
    "lost connections": result.errors,
  };
}

async function loadEach(title: string, requests: typeof mixed, ...flags: string[]): Promise<void> {
  const server = await start(...flags);
  await load(server.url, { connections: 1, durationSeconds: 1 });
  const rows: object[] = [];
  for (const connections of connectionCounts) rows.push(await load(server.url, { connections, requests }));
  console.log(title);
  console.table(rows);
  await stop(server);
}

async function watchMemory(minutes: number): Promise<void> {
  const server = await start();
  const rows: object[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    await load(server.url, { connections: 64, durationSeconds: 60 });
    const megabytes = (await metric(server.url, "process_resident_memory_bytes")) / 1e6;
    rows.push({ minute: minute + 1, "resident MB": Math.round(megabytes) });
  }
  console.log("Memory, 64 connections");
  console.table(rows);
  await stop(server);
}

// A single connection is one request at a time: each waits for the one before, as without batching.
const unlimited = ["--max-queue-tokens", "100000000"];
await loadEach("Requests of 1 to 50 documents, queue large enough", mixed, ...unlimited);
await loadEach("Requests of 1 document, queue large enough", single, ...unlimited);
await loadEach(
  "Requests of 1 to 50 documents, queue of 2,000 tokens: 429 is the only error allowed",
  mixed,
  "--max-queue-tokens",
  "2000",
);
if (Number(values.minutes) > 0) await watchMemory(Number(values.minutes));
