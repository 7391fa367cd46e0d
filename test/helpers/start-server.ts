import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A request as the server got it. */
export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as JSON; throws if it is none. */
  json: () => unknown;
}

/** What the server is to answer; `"hang up"` closes the connection without a word, `"never"` keeps it waiting. */
export type Answer =
  { status?: number; headers?: Record<string, string>; body?: string | Uint8Array | object } | "hang up" | "never";

export interface TestServer {
  url: string;
  requests: ReceivedRequest[];
  /** How many connections were opened to it. */
  connections: () => number;
}

/** Starts an HTTP server on a free port of this machine, which stops when the test is finished. */
export async function startServer(
  answer: (request: ReceivedRequest, number: number) => Answer | Promise<Answer>,
): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = createServer((incoming, response) => {
    void receive(incoming).then(async (request) => {
      requests.push(request);
      const answered = await answer(request, requests.length);
      if (answered === "never") return;
      if (answered === "hang up") {
        incoming.socket.destroy();
        return;
      }
      const { status = 200, headers = {}, body = "" } = answered;
      const isBytes = typeof body === "string" || body instanceof Uint8Array;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(isBytes ? body : JSON.stringify(body));
    });
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, connections: () => connections };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return {
    path: incoming.url ?? "",
    headers: incoming.headers,
    body,
    json: () => JSON.parse(body.toString()) as unknown,
  };
}
