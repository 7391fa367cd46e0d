import { join } from "node:path";
import { expect, test } from "vitest";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { runCli } from "./run-cli.js";

const folder = useTemporaryFolder();
const small = ["test/fixtures/tiny-reranker", "--documents", "3", "--runs", "1"];

interface Row {
  dtype: string;
  tokensPerSecond: number;
}

test("measures both precisions, and names the fastest setting of each", async () => {
  const env = { CROSSRANK_CACHE: join(folder(), "cache") };
  const { status, stdout, stderr } = await runCli(["bench", ...small, "--json"], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { measurements, best } = JSON.parse(stdout) as { measurements: Row[]; best: Row[] };
  expect(best.map(({ dtype }) => dtype)).toEqual(["fp32", "int8"]);
  for (const { dtype, tokensPerSecond } of best) {
    const rates = measurements.filter((row) => row.dtype === dtype).map((row) => row.tokensPerSecond);
    expect(tokensPerSecond).toBe(Math.max(...rates));
  }
});

test("prints a table", async () => {
  const { stdout } = await runCli(["bench", ...small, "--dtype", "fp32"]);
  expect(stdout).toMatch(/^dtype {2}threads {2}maxBatchTokens {2}tokens\/s {2}pairs\/s\n/);
  expect(stdout.match(/fastest/g)).toHaveLength(1);
});

test("measures int8 only where the folder holds nothing else", async () => {
  const output = join(folder(), "int8");
  await runCli(["convert", "test/fixtures/tiny-reranker", "--output", output]);
  const { status, stdout } = await runCli(["bench", output, "--documents", "3", "--runs", "1", "--json"]);
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as { best: Row[] }).best.map(({ dtype }) => dtype)).toEqual(["int8"]);
});
