import { once } from "node:events";
import { connect } from "node:net";
import type { Worker } from "node:worker_threads";
import { createServer, type RerankServer, type ServerOptions } from "crossrank/server";
import { afterEach, expect, test } from "vitest";
import { malformedRequest } from "../../helpers/malformed-request.js";
import { seededRandom } from "../../helpers/seeded-random.js";

let server: RerankServer;
afterEach(() => server.close({ graceMs: 0 }));

async function start(options: ServerOptions = {}): Promise<string> {
  server = createServer(options);
  await server.loaded;
  return server.listen({ port: 0 });
}

const documents = (count: number) =>
  Array.from({ length: count }, (_, index) => `document ${index} ${"word ".repeat(50)}`);
const rerank = (url: string, count: number, options: RequestInit = {}) =>
  fetch(`${url}/v1/rerank`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "query", documents: documents(count) }),
    ...options,
  });

async function metric(name: string): Promise<number> {
  const { payload } = await server.fastify.inject({ url: "/metrics" });
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(payload)?.[1] ?? NaN);
}

test("a thread that dies under load loses no request", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on("worker", note);
  try {
    const url = await start();
    const answers = Array.from({ length: 20 }, () => rerank(url, 20));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // No message that it knows: it throws between two micro-batches.
    workers[0]?.postMessage(null);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(workers).toHaveLength(2);
  } finally {
    process.off("worker", note);
  }
});

test("a full queue answers 429 with the time to wait, and nothing else goes wrong", async () => {
  const url = await start({ maxQueueTokens: 2000 });
  const answers = await Promise.all(Array.from({ length: 40 }, () => rerank(url, 20)));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
});

test("work of clients that have left is dropped", async () => {
  const url = await start();
  const controller = new AbortController();
  const left = Array.from({ length: 10 }, () =>
    rerank(url, 200, { signal: controller.signal }).catch((error: unknown) => (error as Error).name),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  controller.abort();
  expect(new Set(await Promise.all(left))).toEqual(new Set(["AbortError"]));
  expect((await rerank(url, 1)).status).toBe(200);
  expect(await metric('crossrank_queue_tokens\\{model="nano"\\}')).toBe(0);
  expect(await metric('crossrank_documents_total\\{model="nano"\\}')).toBe(1);
});

test("a client that sends too slowly is shown out", async () => {
  const url = new URL(await start({ receiveTimeoutMs: 500 }));
  const socket = connect(Number(url.port), url.hostname);
  socket.write(
    "POST /v1/rerank HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
  );
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  expect(Buffer.concat(chunks).toString()).toContain("408");
});

test("a client that never ends its request holds up no shutdown", async () => {
  const url = new URL(await start());
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => undefined);
  socket.write(
    "POST /v1/rerank HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = once(socket, "close");
  await server.close({ graceMs: 100 });
  await closed;
});

test("malformed requests get a status of the 400s, and the server goes on", async () => {
  await start({ maxBodyBytes: 50_000 });
  const random = seededRandom(1);
  for (let count = 0; count < 300; count++) {
    const request = malformedRequest(random);
    const { statusCode } = await server.fastify.inject(request);
    expect(statusCode === 200 || (statusCode >= 400 && statusCode < 500), JSON.stringify(request).slice(0, 500)).toBe(
      true,
    );
  }
  const { statusCode } = await server.fastify.inject({ url: "/ready" });
  expect(statusCode).toBe(200);
});
