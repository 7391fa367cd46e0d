import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  CrossEncoderClassificationEvaluator,
  CrossEncoderCorrelationEvaluator,
  type PairScorer,
  type ScoredPair,
} from "../../../src/evaluation/index.js";
import { fakeScorer, scoreByNumber } from "../../helpers/fake-scorer.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();
const pairs: ScoredPair[] = ["0.9", "0.6", "0.1"].map((document) => ["q", document]);
const rowScorer: PairScorer = {
  predict: async (batch) => batch.map((_, index) => Float32Array.of(index, 1, 1)),
};

describe("classification", () => {
  test("of one label adds a row of seven metrics", async () => {
    const evaluator = new CrossEncoderClassificationEvaluator(pairs, [1, 1, 0], { name: "n" });
    await evaluator.evaluate(scoreByNumber(), { outputPath: temporaryFolder() });
    expect(evaluator.primaryMetric).toBe("n_average_precision");
    const path = join(temporaryFolder(), "CrossEncoderClassificationEvaluator_n_results.csv");
    expect((await readFile(path, "utf8")).split("\r\n")).toEqual([
      "epoch,steps,Accuracy,Accuracy_Threshold,F1,F1_Threshold,Precision,Recall,Average_Precision",
      "-1,-1,1,0.3500000238418579,1,0.3500000238418579,1,1,1",
      "",
    ]);
  });

  test("of several labels takes the first of the highest, and adds a row of three metrics", async () => {
    const evaluator = new CrossEncoderClassificationEvaluator(pairs, [1, 0, 0]);
    const metrics = await evaluator.evaluate(rowScorer, { outputPath: temporaryFolder() });
    expect(metrics["f1_micro"]).toBe(1);
    expect(evaluator.primaryMetric).toBe("f1_macro");
    const csv = await readFile(join(temporaryFolder(), evaluator.csvFile), "utf8");
    expect(csv.split("\r\n")[0]).toBe("epoch,steps,Macro_F1,Micro_F1,Weighted_F1");
  });

  test("refuses labels that do not go with pairs or model", async () => {
    expect((await thrownBy(() => new CrossEncoderClassificationEvaluator(pairs, [1]))).code).toBe("INVALID_INPUT");
    expect((await thrownBy(() => new CrossEncoderClassificationEvaluator([], []))).code).toBe("INVALID_INPUT");
    const tooHigh = new CrossEncoderClassificationEvaluator(pairs, [0, 1, 3]);
    expect((await thrownBy(() => tooHigh.evaluate(rowScorer))).message).toContain("label at index 2 must be a whole");
    expect((await thrownBy(() => tooHigh.evaluate(scoreByNumber()))).message).toContain("must be 0 or 1");
  });

  test.each([
    ["one label", (place: number) => (place === 5000 ? NaN : 0)],
    ["several labels", (place: number) => [0, 0, place === 5000 ? NaN : 0]],
  ])("refuses a score of %s that is NaN, naming its pair", async (_, scoresOf) => {
    const many = Array.from({ length: 6000 }, (_, place): ScoredPair => [`query ${place}`, String(place)]);
    const labels = many.map(() => 0);
    const scorer = { predict: async (batch: readonly ScoredPair[]) => batch.map((pair) => scoresOf(Number(pair[1]))) };
    const evaluator = new CrossEncoderClassificationEvaluator(many, labels);
    const error = await thrownBy(() => evaluator.evaluate(scorer as PairScorer));
    expect(error).toMatchObject({ code: "NON_FINITE_SCORE", details: { indices: [5000] } });
    expect(error.message).toContain('"query 5000"');
  });

  test("asks for some thousand pairs a call, and tells how far it is", async () => {
    const many = Array.from({ length: 10_000 }, (_, index): ScoredPair => ["q", String(index)]);
    const scorer = scoreByNumber();
    const progress: number[] = [];
    const labels = many.map((_, index) => Number(index >= 5000));
    const evaluator = new CrossEncoderClassificationEvaluator(many, labels);
    const metrics = await evaluator.evaluate(scorer, { onProgress: ({ scored }) => progress.push(scored) });
    expect(metrics).toMatchObject({ accuracy: 1, accuracy_threshold: 4999.5, average_precision: 1 });
    expect(scorer.calls.map((call) => call.pairs.length)).toEqual([4096, 4096, 1808]);
    expect(progress).toEqual([4096, 8192, 10_000]);
  });
});

describe("correlation", () => {
  test("adds a row of two metrics", async () => {
    const evaluator = new CrossEncoderCorrelationEvaluator(pairs, [3, 2, 1]);
    const metrics = await evaluator.evaluate(scoreByNumber(), { outputPath: temporaryFolder() });
    expect(metrics["pearson"]).toBeCloseTo(0.9897433186, 7);
    expect(metrics["spearman"]).toBeCloseTo(1, 12);
    const csv = await readFile(join(temporaryFolder(), "CrossEncoderCorrelationEvaluator_results.csv"), "utf8");
    expect(csv).toMatch(/^epoch,steps,Pearson_Correlation,Spearman_Correlation\r\n-1,-1,0\.98\d+,[\d.]+\r\n$/);
  });

  test("has no value where scores are equal", async () => {
    const evaluator = new CrossEncoderCorrelationEvaluator(pairs, [3, 2, 1]);
    expect(await evaluator.evaluate(fakeScorer(() => 1))).toEqual({ pearson: NaN, spearman: NaN });
  });

  test("refuses a model of several labels, and scores that do not go with the pairs", async () => {
    const evaluator = new CrossEncoderCorrelationEvaluator(pairs, [3, 2, 1]);
    expect((await thrownBy(() => evaluator.evaluate(rowScorer))).code).toBe("INVALID_OPTIONS");
    expect((await thrownBy(() => new CrossEncoderCorrelationEvaluator(pairs, []))).code).toBe("INVALID_INPUT");
  });
});
