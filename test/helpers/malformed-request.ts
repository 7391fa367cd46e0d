import type { InjectOptions } from "fastify";

const paths = [
  "/rerank",
  "/v1/rerank",
  "/v2/rerank",
  "/voyage/v1/rerank",
  "/predict",
  "/v2/models/nano/infer",
  "/v1/rerank?format=",
  "/v2/models/%00/infer",
];
const keys = [
  "query",
  "documents",
  "texts",
  "inputs",
  "model",
  "top_n",
  "top_k",
  "parameters",
  "truncate",
  "outputs",
  "__proto__",
];

/** A request that is wrong in some way, or nearly right, for a server with one model called nano. */
export function malformedRequest(random: () => number): InjectOptions & { method: "POST" } {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const value = (depth: number): unknown => {
    const kind = random();
    if (kind < 0.3) return pick(["", "text", "\u0000\ud800", "x".repeat(1000), "null"]);
    if (kind < 0.5) return pick([null, true, -1, 0, 1.5, 1e308]);
    if (depth > 3) return {};
    if (kind < 0.8) return Array.from({ length: Math.floor(random() * 5) }, () => value(depth + 1));
    return Object.fromEntries(["name", "shape", "datatype", "data", "text"].map((key) => [key, value(depth + 1)]));
  };
  const isNearlyRight = random() < 0.5;
  const wrongKeys = keys.filter(() => random() < (isNearlyRight ? 0.1 : 0.4));
  const body = JSON.stringify({
    ...(isNearlyRight ? { query: "q", [pick(["documents", "texts"])]: ["a", "b"], inputs: ["a", "b"] } : {}),
    ...Object.fromEntries(wrongKeys.map((key) => [key, value(0)])),
  });
  const bytes = Buffer.from(body);
  const damage = random();
  if (damage < 0.2) bytes.fill(Math.floor(random() * 256), Math.floor(random() * bytes.length));
  const payload = damage > 0.9 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
  const isBinary = random() < 0.2;
  return {
    method: "POST",
    url: pick(paths),
    payload,
    headers: {
      "content-type": isBinary
        ? "application/octet-stream"
        : pick(["application/json", "application/json", "text/plain", "a"]),
      ...(isBinary ? { "inference-header-content-length": String(Math.floor(random() * 2 * bytes.length) - 5) } : {}),
      ...(random() < 0.1 ? { "x-request-timeout-ms": pick(["0", "-1", "x", "99999999999"]) } : {}),
    },
  };
}
