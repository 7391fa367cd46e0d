import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "crossrank/server";
import { expect, onTestFinished, test } from "vitest";
import { runCli, startCli, statusOf, textOf } from "../cli/run-cli.js";

const body = JSON.stringify({ query: "query", documents: Array<string>(8).fill("word ".repeat(20)) });
const rerank = (url: string) =>
  fetch(`${url}/v1/rerank`, { method: "POST", headers: { "content-type": "application/json" }, body });

/** Starts `crossrank serve` and waits until it is ready. */
async function serve(...flags: string[]): Promise<{ child: ChildProcess; url: string; log: () => string }> {
  const child = startCli(["serve", "--port", "0", ...flags]);
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  while (!log.includes("Ready.")) await once(child.stderr as NodeJS.ReadableStream, "data");
  return { child, url: /Listening on (\S+),/.exec(log)?.[1] ?? "", log: () => log };
}

test("SIGTERM under load: requests in flight are answered, and it exits with status 0", async () => {
  const { child, url, log } = await serve();
  const answers = Array.from({ length: 30 }, () => rerank(url));
  const ended = statusOf(child);
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGTERM");
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await ended).toBe(0);
  expect(log()).not.toContain("word word");
  expect(log()).not.toContain("Warning");
});

test("while it drains /ready says no and requests are still served; a second signal ends it at once", async () => {
  const { child, url } = await serve("--drain-delay-ms", "60000", "--no-log");
  const ended = statusOf(child);
  child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const ready = await fetch(`${url}/ready`);
  expect({ status: ready.status, body: await ready.json() }).toEqual({ status: 503, body: { status: "draining" } });
  expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503);
  expect((await rerank(url)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toBe(1);
});

test("a signal that comes while the model loads ends it with status 0", async () => {
  const child = startCli(["serve", "--port", "0"]);
  const [ended, log] = [statusOf(child), textOf(child.stderr)];
  await once(child.stderr as NodeJS.ReadableStream, "data");
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(await log).not.toContain("error:");
});

test("requests that come while the model loads get status 503", async () => {
  await using server = createServer();
  expect((await server.fastify.inject({ url: "/ready" })).json()).toEqual({ status: "loading" });
  const early = await server.fastify.inject({
    method: "POST",
    url: "/v1/rerank",
    payload: body,
    headers: { "content-type": "application/json" },
  });
  expect({ status: early.statusCode, retryAfter: early.headers["retry-after"] }).toEqual({
    status: 503,
    retryAfter: "1",
  });
  await server.loaded;
});

test("a request past its deadline is a line of the log, without a stack", async () => {
  const { child, url, log } = await serve();
  const headers = { "content-type": "application/json", "x-request-timeout-ms": "1" };
  expect((await fetch(`${url}/v1/rerank`, { method: "POST", headers, body })).status).toBe(504);
  child.kill("SIGINT");
  expect(await statusOf(child)).toBe(0);
  expect(log()).toContain('"code":"DEADLINE_EXCEEDED"');
  expect(log()).not.toContain('"stack"');
});

test("what is still in flight after the grace time gets status 503", async () => {
  const server = createServer();
  await server.loaded;
  const payload = { query: "q", documents: Array<string>(500).fill("word ".repeat(200)) };
  const answer = server.fastify.inject({ method: "POST", url: "/v1/rerank", payload });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.close({ graceMs: 10 });
  expect((await answer).statusCode).toBe(503);
});

test("a model that there is not ends the command with its error", async () => {
  const child = startCli(["serve", "./no-such-model", "--port", "0"]);
  expect(await statusOf(child)).toBe(1);
});

test("a model of the Hub is looked for where the command line says", async () => {
  const { status, stderr } = await runCli([
    "serve",
    "owner/name",
    "--port",
    "0",
    "--local-files-only",
    "--cache-dir",
    "./no-such-cache",
    "--revision",
    "v1",
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: owner\/name at revision v1 must be in the cache \S*no-such-cache, .*MODEL_NOT_CACHED/);
});

test("an address that is not this machine's is named", async () => {
  const { status, stderr } = await runCli(["serve", "--port", "0", "--host", "192.0.2.1"]);
  expect(status).toBe(2);
  expect(stderr).toContain("error: --host must be an address of this machine, but 192.0.2.1 is none.");
});

test("a port that is taken is named", async () => {
  const other = createHttpServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { status, stderr } = await runCli(["serve", "--port", String(port)]);
  expect(status).toBe(2);
  expect(stderr).toContain(`error: --port must be free, but something listens on ${port} of 127.0.0.1 already.`);
});
