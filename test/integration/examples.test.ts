/** The worked examples: search first, then rank. What the embedded model gains or loses is told, not demanded. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { noPostgres, PostgresServer } from "../helpers/postgres-server.js";

interface Corpus {
  documents: string[];
  queries: { query: string; relevance: Record<string, number> }[];
}

/** Runs an example as a reader would, and reads the table that it prints. */
async function runExample(name: string, ...args: string[]) {
  const program = ["--import", "tsx", `test/examples/${name}.ts`, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program);
  const numbers = stdout.split("\n").map((line) => (line.slice(24).match(/[\d.]+/g) ?? []).map(Number));
  return { stderr, ndcg: numbers[1], answersFirst: numbers[2], milliseconds: numbers[3] };
}

test("the corpus judges every query, by documents that there are", () => {
  const { documents, queries } = readJson("corpus.json") as Corpus;
  expect(new Set(documents).size).toBe(documents.length);
  for (const { relevance } of queries) {
    expect(Object.values(relevance)).toContain(2);
    for (const place of Object.keys(relevance)) expect(documents[Number(place)]).toBeTypeOf("string");
  }
});

test("MiniSearch, then rank()", async () => {
  const { stderr, ndcg, answersFirst, milliseconds } = await runExample("minisearch");
  expect(stderr).toBe("");
  // Observed in 2026-11: 0.408, then 0.580. MiniSearch is the same everywhere, the model to its last digits.
  expect(ndcg?.[0]).toBeCloseTo(0.408, 2);
  expect(ndcg?.[1]).toBeCloseTo(0.58, 1);
  expect(answersFirst).toHaveLength(2);
  expect(milliseconds?.every((time) => time > 0)).toBe(true);
});

test.skipIf(noPostgres)(`PostgreSQL, then rank()${noPostgres ? ` (skipped: ${noPostgres})` : ""}`, async () => {
  using server = await PostgresServer.start();
  const { stderr, ndcg, answersFirst, milliseconds } = await runExample("postgres", server.url);
  expect(stderr).toBe("");
  // Observed in 2026-11 with PostgreSQL 15: 0.732, then 0.662. Its dictionaries differ a little between versions.
  expect(ndcg?.[0]).toBeCloseTo(0.73, 1);
  expect(ndcg?.[1]).toBeCloseTo(0.66, 1);
  expect(answersFirst).toHaveLength(2);
  expect(milliseconds?.every((time) => time > 0)).toBe(true);
});

describe("the request that is configured for", () => {
  const [query, documents] = ["how?", ["so", 'or "so"']];

  test("Elasticsearch is one of the Cohere shape", () => {
    const { service_settings } = readJson("elasticsearch/inference-endpoint.json") as {
      service_settings: { request: string; response: { json_parser: Record<string, string> } };
    };
    const body = fillIn(service_settings.request, { query: JSON.stringify(query), input: JSON.stringify(documents) });
    expect(JSON.parse(body)).toEqual({ query, documents, return_documents: false });
    expect(service_settings.response.json_parser).toEqual({
      relevance_score: "$.results[*].relevance_score",
      reranked_index: "$.results[*].index",
    });
  });

  test("OpenSearch is one of the Cohere shape", () => {
    const { actions } = readJson("opensearch/connector.json") as { actions: [{ request_body: string }] };
    // OpenSearch escapes the query; the quotes around it are the template's.
    const values = {
      "parameters.query": query,
      "parameters.documents": JSON.stringify(documents),
      "parameters.top_n": "2",
    };
    const body = fillIn(actions[0].request_body, values);
    expect(JSON.parse(body)).toEqual({ query, documents, top_n: 2, return_documents: false });
  });

  test.each([
    "elasticsearch/search",
    "opensearch/cluster-settings",
    "opensearch/model",
    "opensearch/search-pipeline",
    "opensearch/search",
  ])("%s is JSON", (name) => {
    expect(readJson(`${name}.json`)).toBeTypeOf("object");
  });
});

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(`test/examples/${name}`, "utf8"));
}

function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{([\w.]+)\}/g, (whole, name: string) => values[name] ?? whole);
}
