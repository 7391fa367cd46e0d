/**
 * Model folders that no one can load: each is refused with an error that names what is wrong, and none crashes the
 * process, holds it or fills its memory. What they are is in `scripts/make-malformed-models.ts`.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { malformedModels, type Outcome } from "../../scripts/make-malformed-models.js";
import { tryModel } from "../../scripts/malformed-models/try-model.js";

/** Generous for one model, and for all of them on a busy machine; some 30 s of two cores is what they take. */
const limits = { milliseconds: 20_000, allMilliseconds: 240_000, megabytes: 1000 };

const models = malformedModels();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossrank-malformed-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A process of its own: a crash in native code ends that, and not the tests. */
interface Run {
  exitCode: unknown;
  stderr: string;
  outcomes: Outcome[];
}

function tryAllInProcess(): Promise<Run> {
  const script = ["--import", "tsx", "scripts/make-malformed-models.ts", folder, "--try"];
  const options = { timeout: limits.allMilliseconds, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, script, options, (error, stdout, stderr) => {
      const lines = stdout.split("\n").filter((line) => line !== "");
      const outcomes = lines.map((line) => JSON.parse(line) as Outcome);
      resolve({ exitCode: error === null ? 0 : (error.signal ?? error.code), stderr, outcomes });
    });
  });
}

describe("malformed models", () => {
  let run: Run;

  beforeAll(async () => {
    run = await tryAllInProcess();
  }, limits.allMilliseconds);

  test("are hundreds, each under a name of its own", () => {
    expect(models.length).toBeGreaterThan(200);
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  });

  test("are each refused with an error that names the file or field", () => {
    expect(run.outcomes.filter(({ complaint }) => complaint !== undefined)).toEqual([]);
  });

  test("do not end the process that loads them, nor print anything", () => {
    expect(run.outcomes.map(({ name }) => name).sort()).toEqual(models.map(({ name }) => name).sort());
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("take neither long nor much memory", () => {
    expect(run.outcomes.filter(({ milliseconds }) => milliseconds > limits.milliseconds)).toEqual([]);
    expect(Math.max(...run.outcomes.map(({ peakMegabytes }) => peakMegabytes))).toBeLessThan(limits.megabytes);
  });

  test("are refused alike in this process", async () => {
    const sample = models.filter((_, index) => index % 40 === 0);
    const outcomes = await Promise.all(sample.map((model) => tryModel(model, join(folder, model.name))));
    for (const { name, code, message } of outcomes) {
      expect(run.outcomes.find((other) => other.name === name)).toMatchObject({ code, message });
    }
  });
});

describe("a model that is only odd", () => {
  const source = "test/fixtures/tiny-reranker";
  const pair = ["how do you find mass?", "Divide the weight by gravity."] as const;

  async function scoreWith(change: object): Promise<number> {
    const odd = join(folder, "odd");
    await cp(source, odd, { recursive: true });
    const config = JSON.parse(await readFile(join(source, "config.json"), "utf8")) as object;
    await writeFile(join(odd, "config.json"), JSON.stringify({ ...config, ...change }));
    await using model = await CrossEncoder.fromPretrained(odd);
    return await model.predict(pair);
  }

  test.each([
    ["with a million positions, of which the tokenizer allows 8192", { max_position_embeddings: 2 ** 20 }],
    ["with an interval of global layers beyond its layers", { global_attn_every_n_layers: 1e9 }],
    ["with fields that mean nothing", { constructor: { prototype: {} }, toString: 1, extra: [[[[]]]] }],
  ])("%s, scores as without", async (_, change) => {
    expect(await scoreWith(change)).toBe(await scoreWith({}));
  });

  test.each([
    ["of more than any document", { local_attention: 1e9 }],
    ["of an odd number", { local_attention: 15 }],
    ["of one token", { local_attention: 1 }],
  ])("scores with a window %s", async (_, change) => {
    expect(Number.isFinite(await scoreWith(change))).toBe(true);
  });
});
