import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { describe, expect, test } from "vitest";

import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { runCli, startCli, statusOf, textOf, tinyModel } from "./run-cli.js";

const folder = useTemporaryFolder();
const twoPairs = '["how?","so"]\n{"query":"why?","document":"because"}\n';

function scoresOf(jsonLines: string): number[] {
  return jsonLines
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { score: number }).score);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe("scores", () => {
  test("are those of predict(), a line a pair", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
    const expected = await model.predict([
      ["how?", "so"],
      ["why?", "because"],
    ]);
    const { status, stdout, stderr } = await runCli(["predict", "-", ...tinyModel], { stdin: twoPairs });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(scoresOf(stdout)).toEqual([...expected]);
  });

  test("of several labels name the best", async () => {
    const { stdout } = await runCli(["predict", "-", "--model", "test/fixtures/tiny-nli"], { stdin: twoPairs });
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { scores: number[]; label: string });
    expect(rows).toHaveLength(2);
    for (const { scores, label } of rows) expect(label).toBe(`LABEL_${scores.indexOf(Math.max(...scores))}`);
  });

  test("of documents that do not fit are those of their best passages, if that is asked for", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 16 });
    const pairs = [
      ["how?", "This is a sentence. ".repeat(20)],
      ["how?", "so"],
    ];
    const expected = await model.predict(pairs, { longDocuments: "maxPassage" });
    const flags = ["--max-length", "16", "--long-documents", "maxPassage"];
    const stdin = pairs.map((pair) => JSON.stringify(pair)).join("\n");
    const { stdout } = await runCli(["predict", "-", ...tinyModel, ...flags], { stdin });
    expect(scoresOf(stdout)).toEqual([...expected]);
  });

  test("are none for an empty file", async () => {
    expect(await runCli(["predict", "-", ...tinyModel])).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

describe("a line that is no pair", () => {
  const stdin = `${twoPairs}\n["how?","so","so"]\n${twoPairs}`;

  test("is an error that names it, after the scores of the pairs before it", async () => {
    const { status, stdout, stderr } = await runCli(["predict", "-", ...tinyModel], { stdin });
    expect(status).toBe(1);
    expect(scoresOf(stdout)).toHaveLength(2);
    expect(stderr).toMatch(/^error: Line 4 of standard input must be .* got a list of 3 .*\[INVALID_INPUT\]\n$/);
  });

  test("leaves a file that shows it is partial", async () => {
    const [input, output] = [join(folder(), "pairs.jsonl"), join(folder(), "scores.jsonl")];
    await writeFile(input, stdin);
    const { status, stdout, stderr } = await runCli(["predict", input, "--output", output, ...tinyModel]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`What was written until then is in ${output}.partial.\n`);
    expect(stderr).toContain(`error: Line 4 of ${input} must be`);
    expect(scoresOf(await readFile(`${output}.partial`, "utf8"))).toHaveLength(2);
    expect(await exists(output)).toBe(false);
  });
});

describe("--output", () => {
  test("replaces a file once the new one is whole", async () => {
    const [input, output] = [join(folder(), "pairs.jsonl"), join(folder(), "scores.jsonl")];
    await writeFile(input, twoPairs);
    await writeFile(output, "what was there\n");
    expect(await runCli(["predict", input, "-o", output, ...tinyModel])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(scoresOf(await readFile(output, "utf8"))).toHaveLength(2);
    expect(await exists(`${output}.partial`)).toBe(false);
  });

  test("says why a file cannot be written", async () => {
    const { status, stderr } = await runCli(["predict", "-", "-o", join(folder(), "no", "such"), ...tinyModel]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: --output must name a file [^\n]* there is no folder [^\n]*\n$/);
  });

  test("is not what is read", async () => {
    const path = join(folder(), "pairs.jsonl");
    await writeFile(path, twoPairs);
    const { status, stderr } = await runCli(["predict", path, "-o", path, ...tinyModel]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${path} is what is read`);
    expect(await readFile(path, "utf8")).toBe(twoPairs);
  });
});

describe("large files", () => {
  const padding = "x".repeat(5000);

  async function writePairs(count: number): Promise<string> {
    const path = join(folder(), `${count}.jsonl`);
    const file = createWriteStream(path);
    for (let id = 0; id < count; id++) {
      const line = JSON.stringify({ query: "how?", document: `document ${id}`, padding });
      if (!file.write(`${line}\n`)) await once(file, "drain");
    }
    file.end();
    await once(file, "close");
    return path;
  }

  /** Scores a file; tells the lines that came out and the most memory that was resident. */
  async function predictLarge(count: number): Promise<{ lines: number; maxRssMegabytes: number }> {
    const reportMemory = "process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))";
    const { stdout, stderr } = await runCli(["predict", await writePairs(count), ...tinyModel], {
      nodeOptions: ["--import", `data:text/javascript,${encodeURIComponent(reportMemory)}`],
    });
    return { lines: scoresOf(stdout).length, maxRssMegabytes: Number(stderr) / 1024 };
  }

  test("take the memory of small ones: 20,000 pairs in 100 MB against 400 in 2 MB", async () => {
    const small = await predictLarge(400);
    const large = await predictLarge(20_000);
    expect(small.lines).toBe(400);
    expect(large.lines).toBe(20_000);
    expect(large.maxRssMegabytes - small.maxRssMegabytes).toBeLessThan(100);
  });

  /** Scores a file, and does something about the first scores that come out. */
  async function interrupt(react: (child: ChildProcess) => void) {
    const child = startCli(["predict", await writePairs(5000), ...tinyModel]);
    child.stdout?.once("data", () => react(child));
    const [status, stderr] = await Promise.all([statusOf(child), textOf(child.stderr)]);
    return { status, signal: child.signalCode, stderr };
  }

  test("end quietly when the reader leaves", async () => {
    const outcome = await interrupt((child) => child.stdout?.destroy());
    expect(outcome).toEqual({ status: 0, signal: null, stderr: "" });
  });

  test("end by the signal of Ctrl-C, which a shell reports as 130", async () => {
    const outcome = await interrupt((child) => child.kill("SIGINT"));
    expect(outcome).toEqual({ status: null, signal: "SIGINT", stderr: "" });
  });
});
