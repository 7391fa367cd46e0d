import { createServer, type RerankServer } from "crossrank/server";
import { afterAll, beforeAll, expect, test } from "vitest";

const origin = "https://app.example";
let server: RerankServer;

beforeAll(async () => {
  server = createServer({ apiKeys: ["key"], corsOrigins: [origin] });
  await server.loaded;
});
afterAll(() => server.close());

test("a preflight, which has no key, is answered", async () => {
  const headers = {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
  };
  const preflight = await server.fastify.inject({ method: "OPTIONS", url: "/v1/rerank", headers });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers).toMatchObject({
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization",
  });
});

test("a request without a key is refused so that the page can read it, on every route that is not public", async () => {
  for (const url of ["/v1/rerank", "/no-such-route"]) {
    const refused = await server.fastify.inject({ method: "POST", url, headers: { origin }, payload: {} });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers["access-control-allow-origin"]).toBe(origin);
  }
});

test("another page gets no leave", async () => {
  const { headers } = await server.fastify.inject({ url: "/health", headers: { origin: "https://other.example" } });
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});
