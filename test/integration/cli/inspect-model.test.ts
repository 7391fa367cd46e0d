import { CrossEncoder } from "crossrank";
import { describe, expect, test } from "vitest";

import { runCli, tinyModel } from "./run-cli.js";

describe("tokenize", () => {
  test("gives with --json what tokenize() gives", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 8 });
    const [expected] = await model.tokenize([["how do you find mass?", "By its weight and gravity."]]);
    const { stdout, stderr } = await runCli([
      "tokenize",
      "how do you find mass?",
      "By its weight and gravity.",
      "--json",
      "--max-length",
      "8",
      ...tinyModel,
    ]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([
      { inputIds: [...(expected?.inputIds ?? [])], truncatedTokens: expected?.truncatedTokens },
    ]);
    expect(expected?.truncatedTokens).toBeGreaterThan(0);
  });

  test("shows tokens, cut tokens and ids of each document", async () => {
    const { stdout } = await runCli(["tokenize", "how?", "so", "be it", "--max-length", "6", ...tinyModel]);
    expect(stdout).toMatch(/^corpus id {2}tokens {2}cut {2}ids\n {8}0 {7}\d {4}\d {2}(\d+ ?)+\n {8}1 {7}6 {4}\d {2}/);
  });
});

describe("info", () => {
  test("describes the embedded model", async () => {
    const { status, stdout, stderr } = await runCli(["info"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^model {11}nano$/m);
    expect(stdout).toMatch(/^architecture {4}ModernBertForSequenceClassification$/m);
    expect(stdout).toMatch(/^files {11}model\.safetensors \(\d+\.\d MB\)$/m);
    expect(stdout).toMatch(/^labels {10}1 \(LABEL_0\)$/m);
  });

  test("gives the facts as JSON", async () => {
    const { stdout } = await runCli(["info", "test/fixtures/tiny-nli", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      model: "test/fixtures/tiny-nli",
      folder: expect.stringMatching(/tiny-nli$/) as string,
      architecture: "ModernBertForSequenceClassification",
      runs: "stream",
      metadata: {},
      parameterCount: 49_699,
      weightTypes: ["F32"],
      weightFiles: [{ name: "model.safetensors", bytes: expect.any(Number) as number }],
      id2label: { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" },
      maxLength: 8192,
      activationFn: "identity",
      prompts: {},
      device: "cpu",
      dtype: "fp32",
    });
  });
});
