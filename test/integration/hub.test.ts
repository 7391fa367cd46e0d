/** Models of the Hub, through the built package and in processes of their own. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CrossEncoder, type DownloadProgress } from "crossrank";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { commitOne, useLoopbackHub } from "../helpers/loopback-hub.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { runCli } from "./cli/run-cli.js";

const hub = useLoopbackHub();
const temporaryFolder = useTemporaryFolder();
const fixture = "test/fixtures/tiny-reranker";
const pair = ["query", "document"] as const;
const weights = "model.safetensors";

const environment = () => ({ HF_ENDPOINT: hub().endpoint, HF_HOME: temporaryFolder(), HF_HUB_OFFLINE: "" });

beforeEach(async () => {
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", weights];
  const contents = await Promise.all(names.map(async (name) => [name, await readFile(join(fixture, name))] as const));
  const files: Record<string, Buffer> = Object.fromEntries(contents);
  hub().repositories.set("cross-encoder/tiny", { files, commit: commitOne });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("fromPretrained", () => {
  test("downloads a model, which scores as the folder it was made from", async () => {
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    const reports: DownloadProgress[] = [];
    await using local = await CrossEncoder.fromPretrained(fixture);
    await using model = await CrossEncoder.fromPretrained("tiny", { onProgress: (progress) => reports.push(progress) });
    expect(model.modelId).toBe("tiny");
    expect(model.info.folder).toBe(
      join(temporaryFolder(), "hub", "models--cross-encoder--tiny", "snapshots", commitOne),
    );
    expect(await model.predict(pair)).toBe(await local.predict(pair));
    const last = reports.at(-1);
    expect(last?.modelLoaded).toBe(last?.modelTotal);
  });
});

describe("ONNX files", () => {
  const onnx = "onnx/model.onnx";
  const logitsOf = async (model: CrossEncoder) => model.predict([pair], { activationFn: "identity" });
  const snapshotOf = async (model: CrossEncoder) =>
    (await readdir(model.info.folder, { recursive: true })).filter((path) => /safetensors|onnx./.test(path)).sort();

  beforeEach(async () => {
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    const tiny = hub().repositories.get("cross-encoder/tiny");
    const files = { ...tiny?.files, [onnx]: await readFile(join(fixture, onnx)), "onnx/model_O3.onnx": "another" };
    hub().repositories.set("cross-encoder/tiny", { files, commit: commitOne });
  });

  test("are downloaded where there is no checkpoint", async () => {
    const { files = {} } = hub().repositories.get("cross-encoder/tiny") ?? {};
    const withoutCheckpoint = Object.fromEntries(Object.entries(files).filter(([name]) => name !== weights));
    hub().repositories.set("cross-encoder/tiny", { files: withoutCheckpoint, commit: commitOne });
    await using local = await CrossEncoder.fromPretrained(fixture, { onnxFile: onnx });
    await using model = await CrossEncoder.fromPretrained("tiny");
    expect(model.info.runs).toBe("onnx");
    expect(await snapshotOf(model)).toEqual([onnx]);
    expect(await logitsOf(model)).toEqual(await logitsOf(local));
  });

  test("are downloaded beside a checkpoint that is not, where they are asked for", async () => {
    await using model = await CrossEncoder.fromPretrained("tiny", { onnxFile: "model" });
    expect(model.info.weightFiles).toEqual([onnx]);
    expect(await snapshotOf(model)).toEqual([onnx]);
    await using checkpoint = await CrossEncoder.fromPretrained("tiny");
    expect(checkpoint.info.weightFiles).toEqual([weights]);
    expect(await snapshotOf(checkpoint)).toEqual([weights, onnx]);
    const [fromFile = NaN] = await logitsOf(model);
    expect(fromFile).toBeCloseTo((await logitsOf(checkpoint))[0] ?? NaN, 4);
  });
});

describe("the command line", () => {
  const rank = ["rank", "--json", "--model", "cross-encoder/tiny", "query", "one", "two"];

  test("downloads a model, and then needs no Hub", async () => {
    const first = await runCli(rank, { env: environment() });
    expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: "" });
    const offline = { ...environment(), HF_ENDPOINT: "http://127.0.0.1:9" };
    expect(await runCli([...rank, "--local-files-only"], { env: offline })).toEqual(first);
    expect(await runCli([...rank, "--revision", commitOne], { env: offline })).toEqual(first);
  });

  test.each([["info"], ["convert", "--layout", "standard", "--output"], ["bench", "--documents", "1", "--runs", "1"]])(
    "downloads for %s",
    async (command, ...args) => {
      const cache = join(temporaryFolder(), "cache");
      const output = args.includes("--output") ? [join(temporaryFolder(), "converted")] : [];
      const all = [command, ...args, ...output, "--cache-dir", cache, "cross-encoder/tiny"];
      const { status, stderr } = await runCli(all, { env: environment() });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(await readdir(cache)).toContain("models--cross-encoder--tiny");
    },
  );

  test("downloads once for two processes that start together", async () => {
    // Nobody gets the weights before both are at work.
    let lookUps = 0;
    hub().holdUp = async ({ host, path }) => {
      if (path.endsWith("/revision/main")) lookUps++;
      while (host === "files" && lookUps < 2) await wait(10);
      if (host === "files") await wait(300);
    };
    const run = () => runCli(rank, { env: environment() });
    const [first, second] = await Promise.all([run(), run()]);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(second).toEqual(first);
    expect(hub().downloadsOf(weights)).toHaveLength(1);
    const blobs = join(temporaryFolder(), "hub", "models--cross-encoder--tiny", "blobs");
    expect((await readdir(blobs)).filter((name) => name.includes("incomplete"))).toEqual([]);
  });

  test("says what is wrong in one line", async () => {
    const { status, stderr } = await runCli(["info", "owner/no-such"], { env: environment() });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: owner\/no-such must be a model on [^\n]*Check the spelling[^\n]*\[MODEL_NOT_FOUND\]\n$/,
    );
  });
});
