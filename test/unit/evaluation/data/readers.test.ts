import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readBeir, readQrels, readRun, readSamples } from "../../../../src/evaluation/index.js";
import { collect } from "../../../helpers/collect.js";
import { useTemporaryFolder } from "../../../helpers/temporary-folder.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

/** Writes a file of the test's folder, a line a text or a value as JSON, and gives its path. */
async function write(name: string, ...lines: unknown[]): Promise<string> {
  const path = join(temporaryFolder(), name);
  await mkdir(dirname(path), { recursive: true });
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(path, texts.map((text) => `${text}\n`).join(""));
  return path;
}

describe("samples", () => {
  test("are lines of JSON, other keys ignored", async () => {
    const withDocuments = { query: "q", positive: ["p"], documents: ["d"], positiveGrades: [2] };
    const withNegatives = { query: "q", positive: "p", negative: ["n"] };
    const path = await write("samples.jsonl", { ...withDocuments, id: 7 }, "", withNegatives);
    expect(await collect(readSamples(path))).toEqual([withDocuments, withNegatives]);
  });

  test.each([
    ["no positive", { query: "q", documents: ["d"] }],
    ["both lists", { query: "q", positive: "p", documents: ["d"], negative: ["n"] }],
    ["neither list", { query: "q", positive: "p" }],
    ["a document that is no text", { query: "q", positive: "p", documents: [1] }],
  ])("with %s are refused by their line", async (_, sample) => {
    const path = await write("samples.jsonl", { query: "q", positive: "p", negative: [] }, sample);
    const error = await thrownBy(() => collect(readSamples(path)));
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { path, line: 2 } });
  });

  test("need a file", async () => {
    expect((await thrownBy(() => collect(readSamples("no.jsonl")))).code).toBe("INVALID_INPUT");
  });
});

describe("judgements", () => {
  test("are read in TREC's form and in BEIR's", async () => {
    const expected = new Map([
      [
        "1",
        new Map([
          ["a", 2],
          ["b", 0],
        ]),
      ],
      ["2", new Map([["a", 1]])],
    ]);
    expect(await readQrels(await write("q.txt", "1 0 a 2", "1\t0\tb\t0", "2 Q0 a 1"))).toEqual(expected);
    const beir = await write("q.tsv", "query-id\tcorpus-id\tscore", "1\ta\t2", "1\tb\t0", "2\ta\t1");
    expect(await readQrels(beir)).toEqual(expected);
  });

  test.each(["1 a", "1 0 a x", "1 0 a 1 more"])("%j is none", async (line) => {
    const error = await thrownBy(async () => readQrels(await write("q.txt", "1 0 a 1", line)));
    expect(error.message).toMatch(/^Line 2 of .*q\.txt must be a judgement/);
  });
});

describe("a run", () => {
  test("is ordered by score, then by rank, and cut to its depth", async () => {
    const lines = ["1 Q0 a 1 0.5 t", "1 Q0 b 3 0.7 t", "2 Q0 x 1 3 t", "1 Q0 c 2 0.7 t"];
    const path = await write("run.txt", ...lines);
    expect(await readRun(path)).toEqual(
      new Map([
        ["1", ["c", "b", "a"]],
        ["2", ["x"]],
      ]),
    );
    expect((await readRun(path, 1)).get("1")).toEqual(["c"]);
  });

  test.each(["1 Q0 a 1 0.5", "1 Q0 a first 0.5 t", "1 Q0 a 1 high t"])("%j is no line of one", async (line) => {
    expect((await thrownBy(async () => readRun(await write("run.txt", line)))).code).toBe("INVALID_INPUT");
  });
});

describe("a BEIR folder", () => {
  async function writeFolder(): Promise<string> {
    await write(
      "corpus.jsonl",
      { _id: "a", title: "A", text: "one" },
      { _id: "b", text: "two" },
      { _id: "c", text: "3" },
    );
    await write("queries.jsonl", { _id: "1", text: "first?" }, { _id: "2", text: "second?" }, { _id: "3", text: "no" });
    await write("qrels/test.tsv", "query-id\tcorpus-id\tscore", "1\tb\t2", "1\ta\t1", "2\tc\t1", "3\tc\t0");
    return write("run.txt", "1 Q0 a 1 9 t", "1 Q0 c 2 8 t", "1 Q0 b 3 7 t");
  }

  test("gives a sample for each query with a relevant document", async () => {
    const run = await writeFolder();
    expect(await collect(readBeir(temporaryFolder(), { run, depth: 2 }))).toEqual([
      { query: "first?", positive: ["two", "A one"], positiveGrades: [2, 1], documents: ["A one", "3"] },
      { query: "second?", positive: ["3"], positiveGrades: [1], documents: [] },
    ]);
  });

  test("lacks a document that is ranked", async () => {
    await writeFolder();
    const run = await write("run.txt", "1 Q0 zzz 1 9 t");
    const error = await thrownBy(() => collect(readBeir(temporaryFolder(), { run })));
    expect(error.message).toContain('corpus.jsonl must hold "zzz"');
  });

  test("lacks judgements of that split", async () => {
    const run = await writeFolder();
    const error = await thrownBy(() => collect(readBeir(temporaryFolder(), { run, split: "dev" })));
    expect(error.message).toMatch(/dev\.tsv must be a file to read/);
  });
});
