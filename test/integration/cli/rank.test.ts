import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder, type RankedDocument } from "crossrank";
import { describe, expect, test } from "vitest";

import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { runCli, tinyModel } from "./run-cli.js";

const query = "how do you find mass?";
const documents = [
  "To find an object's mass, divide its weight by the acceleration of gravity.",
  "A High Mass is a church service in which most of the words are sung.",
  "The atomic mass unit is one twelfth of the mass of a carbon-12 atom.",
  "Mass is how much matter an object is made of.",
  "Mass communication is the spreading of news to many people at once.",
];
const folder = useTemporaryFolder();

function textsOf(stdout: string): (string | undefined)[] {
  return (JSON.parse(stdout) as RankedDocument[]).sort((a, b) => a.corpusId - b.corpusId).map(({ text }) => text);
}

describe("README's example", () => {
  test("puts the document that answers the question first", async () => {
    const { status, stdout, stderr } = await runCli(["rank", query, ...documents]);
    const lines = stdout.split("\n");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(lines[0]).toBe("rank   score  corpus id  document");
    expect(lines[1]).toMatch(/^ {3}1 {2}0\.\d{4} {10}0 {2}To find an object's mass/);
    expect(lines).toHaveLength(documents.length + 2);
  });

  test("gives with --json what rank() gives with texts", async () => {
    await using model = await CrossEncoder.fromPretrained();
    const ranking = await model.rank(query, documents, { topK: 3, returnDocuments: true });
    const { stdout, stderr } = await runCli(["rank", query, ...documents, "--json", "--top-k", "3"]);
    expect(stderr).toBe("");
    expect(stdout).toBe(`${JSON.stringify(ranking)}\n`);
  });
});

describe("where documents come from", () => {
  const args = ["rank", query, "--json", ...tinyModel];

  test("standard input, one a line", async () => {
    const { stdout } = await runCli(args, { stdin: "one\n\ntwo\n" });
    expect(textsOf(stdout)).toEqual(["one", "two"]);
  });

  test("a text file, also one of Windows", async () => {
    const path = join(folder(), "documents.txt");
    await writeFile(path, '\ufeffone\r\n\r\n"two"\r\n🎉 three');
    const { stdout } = await runCli([...args, "--file", path]);
    expect(textsOf(stdout)).toEqual(["one", '"two"', "🎉 three"]);
  });

  test("a JSONL file", async () => {
    const path = join(folder(), "documents.jsonl");
    await writeFile(path, '"one"\n{"text":"two\\nlines","id":7}\n');
    const { stdout } = await runCli([...args, "--file", path]);
    expect(textsOf(stdout)).toEqual(["one", "two\nlines"]);
  });

  test("the arguments, whatever standard input holds", async () => {
    const { stdout } = await runCli([...args, "one"], { stdin: "two\n" });
    expect(textsOf(stdout)).toEqual(["one"]);
  });

  test("nowhere: an empty ranking", async () => {
    expect(await runCli(args)).toEqual({ status: 0, stdout: "[]\n", stderr: "" });
  });
});

test("takes an empty query, and after -- one that starts with a dash", async () => {
  for (const args of [
    ["", "document"],
    ["--", "-5 degrees", "document"],
  ]) {
    const { status, stderr } = await runCli(["rank", ...tinyModel, ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  }
});

test("shows documents whole, a line each, where the output is no terminal", async () => {
  const long = "mass ".repeat(200).trim();
  const { stdout } = await runCli(["rank", query, long, "two\nlines", ...tinyModel]);
  expect(stdout).toContain(long);
  expect(stdout).toContain("two lines");
  expect(stdout.split("\n")).toHaveLength(4);
});

test("passes what concerns scores on to the model", async () => {
  await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 12, threads: 1 });
  const expected = await model.rank(query, documents, { activationFn: "identity", prompt: "query: " });
  const flags = [
    ...["--max-length", "12", "--threads", "1", "--workers", "2"],
    ...["--activation-fn", "identity", "--prompt", "query: "],
  ];
  const { stdout } = await runCli(["rank", query, ...documents, "--json", ...tinyModel, ...flags]);
  const ranking = JSON.parse(stdout) as RankedDocument[];
  expect(ranking.map(({ corpusId, score }) => ({ corpusId, score }))).toEqual(expected);
});

describe("a document that does not fit", () => {
  const filler = "The church is old. Nobody sings there. ".repeat(10);
  const long = `${filler}${documents[0]} ${filler}`;
  const args = ["rank", query, long, "Weigh it.", "--max-length", "32", "--long-documents", "maxPassage"];

  test("has its best passage in --json", async () => {
    await using model = await CrossEncoder.fromPretrained(undefined, { maxLength: 32 });
    const options = { longDocuments: "maxPassage", returnDocuments: true } as const;
    const { stdout } = await runCli([...args, "--json"]);
    expect(stdout).toBe(`${JSON.stringify(await model.rank(query, [long, "Weigh it."], options))}\n`);
    expect(stdout).toContain('"passage":{"start":');
  });

  test("is shown by its best passage", async () => {
    const { stdout } = await runCli(args);
    expect(stdout).toMatch(/^ {3}1 {2}0\.\d{4} {10}0 {2}To find an object's mass, [^\n]{40,100}$/m);
  });
});
