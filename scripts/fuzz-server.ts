/** Sends a server seeded malformed requests: npx tsx scripts/fuzz-server.ts [--count 10000] [--seed 1] */
import { parseArgs } from "node:util";
import { createServer } from "crossrank/server";
import { malformedRequest } from "../test/helpers/malformed-request.js";
import { seededRandom } from "../test/helpers/seeded-random.js";

const { values } = parseArgs({
  options: { count: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const random = seededRandom(Number(values.seed));
const statuses = new Map<number, number>();
let failures = 0;

await using server = createServer({ maxBodyBytes: 50_000 });
await server.loaded;
for (let count = 0; count < Number(values.count); count++) {
  const request = malformedRequest(random);
  const { statusCode } = await server.fastify.inject(request);
  statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
  if (statusCode < 500) continue;
  failures += 1;
  console.error(`request ${count}: status ${statusCode}`, request);
}
console.log(Object.fromEntries([...statuses].sort()), `resident ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
if (failures > 0) process.exitCode = 1;
