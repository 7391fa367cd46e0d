import { readFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const readme = readFileSync("README.md", "utf8");

test("README's first example prints what it says", async () => {
  const program = /```ts\n(import .*?)```/s.exec(readme)?.[1] ?? "";
  const promised = /\/\/=> \{ corpusId: (\d+), score: ([\d.]+) \}/.exec(program);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const printed = /\{ corpusId: (\d+), score: ([\d.]+) \}/.exec(stdout);
  expect(printed?.[1]).toBe(promised?.[1]);
  // The last digits depend on the processor.
  expect(Number(printed?.[2])).toBeCloseTo(Number(promised?.[2]), 5);
});

test("README's table of scores is what its command prints", async () => {
  const command = /<!-- ci: example -->\s+```sh\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const table = /```\n(rank {3}score.*?)```/s.exec(readme)?.[1];
  const rank = command.slice(command.indexOf("node dist/cli.js"));
  const { stdout } = await promisify(execFile)("bash", ["-c", rank]);
  expect(stdout).toBe(table);
});
