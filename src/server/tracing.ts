import type { IncomingHttpHeaders } from "node:http";
import type { Attributes, Span } from "@opentelemetry/api";

/** Spans of a server's requests; they go to whatever the application has set up, and nowhere else. */
export interface Tracing {
  /** Starts a span under the one that the headers name. */
  start(name: string, headers: IncomingHttpHeaders): RequestSpan;
}

/** The span of one request. */
export interface RequestSpan {
  set(attributes: Attributes): void;
  end(status: number): void;
}

type Api = typeof import("@opentelemetry/api");

const noSpan: RequestSpan = { set: () => undefined, end: () => undefined };

/** Without the package @opentelemetry/api there is no tracing, and nothing that it costs. */
export async function loadTracing(): Promise<Tracing> {
  const api = await import("@opentelemetry/api").catch(() => undefined);
  return api === undefined ? { start: () => noSpan } : createTracing(api);
}

function createTracing({ context, propagation, SpanKind, SpanStatusCode, trace }: Api): Tracing {
  const tracer = trace.getTracer("crossrank");
  return {
    start: (name, headers) => {
      const parent = propagation.extract(context.active(), headers);
      const span: Span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
      return {
        set: (attributes) => void span.setAttributes(attributes),
        end: (status) => {
          span.setAttribute("http.response.status_code", status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}
