import { trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createServer } from "crossrank/server";
import { expect, test } from "vitest";

test("requests are spans of an application that traces", async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  await using server = createServer();
  await server.loaded;
  await server.fastify.inject({ method: "POST", url: "/v1/rerank", payload: { query: "q", documents: ["a", "b"] } });
  await expect.poll(() => exporter.getFinishedSpans()).toHaveLength(1);
  const [span] = exporter.getFinishedSpans();
  expect(span?.name).toBe("POST /v1/rerank");
  expect(span?.attributes).toMatchObject({
    "crossrank.documents": 2,
    "crossrank.model": "nano",
    "http.response.status_code": 200,
  });
});
