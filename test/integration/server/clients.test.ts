import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { createServer, type RerankServer } from "crossrank/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const areInstalled = existsSync("test/clients/node_modules");

let server: RerankServer;
let url: string;

beforeAll(async () => {
  server = createServer({ apiKeys: ["secret"] });
  await server.loaded;
  url = await server.listen({ port: 0 });
});
afterAll(() => server.close());

// They are a package of their own: npm ci in test/clients installs them.
describe.skipIf(!areInstalled)(
  "a client that takes the server for its own service (npm ci --prefix test/clients)",
  () => {
    test.each(["cohere-ai", "voyageai", "@ai-sdk/cohere", "voyage-ai-provider"])("%s", async (name) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["test/clients/run-client.mjs", name, url]);
      const ranking = JSON.parse(stdout) as { index: number; score: number }[];
      expect(ranking.map(({ index }) => index)).toEqual([1, 2]);
      expect(ranking[0]?.score).toBeGreaterThan(0.8);
    });
  },
);
