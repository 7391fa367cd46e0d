import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EvaluationReport } from "../../../src/evaluation/index.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { runCli } from "./run-cli.js";

const model = "test/fixtures/tiny-reranker";
const temporaryFolder = useTemporaryFolder();

async function write(name: string, ...lines: unknown[]): Promise<string> {
  const path = join(temporaryFolder(), name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return path;
}

const writeSamples = () =>
  write(
    "samples.jsonl",
    { query: "how do you find mass?", positive: ["Weigh it."], documents: ["A High Mass is sung.", "Weigh it."] },
    { query: "what is bread?", positive: ["Bread."], documents: ["Weigh it."] },
  );

describe("evaluate", () => {
  test("prints how the ranking was before and is after, with the first stage's recall", async () => {
    const { status, stdout, stderr } = await runCli(["evaluate", model, await writeSamples()]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(
      /^samples\.jsonl, test\/fixtures\/tiny-reranker \(fp32\): 2 queries, 2 pairs; the first stage found 0\.5000 of/,
    );
    expect(stdout).toMatch(
      /^ +NDCG@10 +0\.3155 +0\.\d{4} +[+-]0\.\d{4} +[+-]0\.\d{4} to [+-]0\.\d{4} +\d +\d +\d +p = 1\.0000$/m,
    );
  });

  test("compares precisions, and writes JSON and a page", async () => {
    const [json, page] = [join(temporaryFolder(), "out.json"), join(temporaryFolder(), "out.html")];
    const args = ["evaluate", model, await writeSamples(), "--compare-dtype", "int8", "--json", json, "--report", page];
    const { status, stdout } = await runCli(args, { env: { CROSSRANK_CACHE: join(temporaryFolder(), "cache") } });
    expect(status).toBe(0);
    expect(stdout).toContain("tiny-reranker (int8) less test/fixtures/tiny-reranker (fp32)\n");
    const report = JSON.parse(await readFile(json, "utf8")) as EvaluationReport;
    expect(report.models).toEqual([
      { name: model, detail: "fp32" },
      { name: model, detail: "int8" },
    ]);
    const [dataset] = report.datasets;
    expect(dataset?.comparison?.map(({ name }) => name)).toContain("NDCG@10");
    expect(dataset?.summaries[0]?.reference).toMatchObject({ "base_ndcg@10": expect.any(Number) as number });
    expect(dataset?.summaries[0]?.latency?.calls).toBe(1);
    expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>.*<\/html>\n$/is);
  });

  test("with JSON on standard output prints nothing else, and the same each time", async () => {
    const args = ["evaluate", model, await writeSamples(), "--json", "-", "--always-rerank-positives", "--at-k", "3"];
    const [first, second] = [await runCli(args), await runCli(args)];
    const parse = (text: string) =>
      JSON.parse(text, (key, value: unknown) => (key === "latency" ? undefined : value)) as EvaluationReport;
    expect(parse(first.stdout)).toEqual(parse(second.stdout));
    const [summary] = parse(first.stdout).datasets[0]?.summaries ?? [];
    expect(summary?.pairs).toBe(4);
    expect(Object.keys(summary?.reference ?? {})).toContain("mrr@3");
  });

  test("reads a BEIR folder with the run of a first stage", async () => {
    await write("beir/corpus.jsonl", { _id: "a", text: "A High Mass is sung." }, { _id: "b", text: "Weigh it." });
    await write("beir/queries.jsonl", { _id: "1", text: "how do you find mass?" });
    await write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore", "1\tb\t1");
    const run = await write("bm25.run", "1 Q0 a 1 2.5 bm25", "1 Q0 b 2 1.5 bm25");
    const folder = join(temporaryFolder(), "beir");
    const { status, stdout } = await runCli(["evaluate", model, folder, "--first-stage", run]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^beir, .*: 1 queries, 2 pairs; the first stage found 1\.0000/);
    const refused = await runCli(["evaluate", model, folder]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("--first-stage must name a TREC run");
  });
});

describe("wrong data", () => {
  test("is refused before the model is loaded", async () => {
    const path = await write("bad.jsonl", { query: "q", positive: "p", documents: ["d"] }, { query: "q" });
    const { status, stderr } = await runCli(["evaluate", "no/such/model", path]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: Line 2 of .*bad\.jsonl must be an object with "query"/);
  });

  test.each([
    ["an empty file", "empty.jsonl", "must hold at least one query"],
    ["a folder of something else", "", "must be a BEIR folder"],
    [
      "a path that leads nowhere",
      "nowhere.jsonl",
      "nowhere.jsonl must be a file of samples or a folder, but nothing is there",
    ],
  ])("%s", async (_, name, message) => {
    await write("empty.jsonl");
    const { status, stderr } = await runCli(["evaluate", model, join(temporaryFolder(), name)]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) as string });
  });

  test.each(["samples.jsonl", "nanobeir:nq"])("a first stage's run with %s, no BEIR folder", async (name) => {
    const path = name === "samples.jsonl" ? await writeSamples() : name;
    const { status, stderr } = await runCli(["evaluate", model, path, "--first-stage", "x.run"], {
      env: { HF_HUB_OFFLINE: "1", HF_HOME: temporaryFolder() },
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining("go with a BEIR folder") as string,
    });
  });

  test("a model of several labels", async () => {
    const { status, stderr } = await runCli(["evaluate", "test/fixtures/tiny-nli", await writeSamples()]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("has 3") as string });
  });
});
