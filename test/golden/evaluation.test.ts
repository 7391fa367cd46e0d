/** Metrics and evaluators against the numbers of sentence-transformers and scikit-learn, given the same scores. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  averagePrecision,
  CrossEncoderClassificationEvaluator,
  CrossEncoderCorrelationEvaluator,
  CrossEncoderRerankingEvaluator,
  formatForModelCard,
  ndcg,
  reciprocalRank,
  type Metrics,
  type PairScorer,
  type RerankingSample,
  type ScoredPair,
} from "../../src/evaluation/index.js";
import { tolerances } from "./tolerances.js";

interface MetricCase {
  y_true: number[];
  y_pred: number[];
  k: number;
  mrr: number;
  ndcg: number;
  ap: number;
  /** Ties do not decide: where they do, the reference's value depends on an unstable sort. */
  mrr_portable: boolean;
}

interface RerankingCase {
  samples: RerankingSample[];
  always_rerank_positives: boolean;
  at_k: number;
  result: Metrics;
  predict_pairs: ScoredPair[];
  model_card: Record<string, string | number>;
  primary_metric: string;
  csv_file: string;
}

interface PairCase {
  pairs: ScoredPair[];
  result: Metrics;
}

interface Evaluators {
  scores: Record<string, number>;
  reranking: RerankingCase[];
  classification_binary: PairCase & { labels: number[] };
  classification_multi: PairCase & { labels: number[]; scores: Record<string, number[]> };
  correlation: PairCase & { gold: number[] };
}

const metricCases = JSON.parse(readFileSync("test/fixtures/golden_metrics.json", "utf8")) as Record<string, MetricCase>;
const evaluators = JSON.parse(readFileSync("test/fixtures/golden_evaluators.json", "utf8")) as Evaluators;

/** Gives pairs the scores that the reference's evaluators were given, in float32 as there. */
function goldenScorer(asked: ScoredPair[] = []): PairScorer {
  return {
    predict: async (pairs) => {
      asked.push(...pairs);
      return Float32Array.from(pairs, (pair) => evaluators.scores[pair.join("|")] ?? NaN);
    },
  };
}

function expectMetrics(actual: Metrics, expected: Metrics): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [key, value] of Object.entries(expected)) {
    expect(Math.abs((actual[key] ?? NaN) - value), key).toBeLessThanOrEqual(tolerances.metrics);
  }
}

/** Texts as they are, numbers within the tolerance. */
function closeTo(card: RerankingCase["model_card"]): Record<string, unknown> {
  const decimals = -Math.log10(tolerances.metrics);
  return Object.fromEntries(
    Object.entries(card).map(([key, value]) => [
      key,
      typeof value === "number" ? (expect.closeTo(value, decimals) as number) : value,
    ]),
  );
}

describe("metrics", () => {
  test.each(Object.entries(metricCases))("%s", (_, { y_true, y_pred, k, mrr, mrr_portable, ...expected }) => {
    const metrics = { ndcg: ndcg(y_pred, y_true, k), ap: averagePrecision(y_pred, y_true) };
    expectMetrics(metrics, { ndcg: expected.ndcg, ap: expected.ap });
    if (mrr_portable) expectMetrics({ mrr: reciprocalRank(y_pred, y_true, k) }, { mrr });
  });
});

describe("the reranking evaluator", () => {
  test.each(evaluators.reranking.map((value, index) => [index, value] as const))(
    "configuration %i",
    async (_, golden) => {
      const { samples, at_k, always_rerank_positives } = golden;
      const options = { atK: at_k, alwaysRerankPositives: always_rerank_positives, name: "t" };
      const evaluator = new CrossEncoderRerankingEvaluator(samples, options);
      const asked: ScoredPair[] = [];
      const metrics = await evaluator.evaluate(goldenScorer(asked));
      expectMetrics(metrics, golden.result);
      expect(asked).toEqual(golden.predict_pairs);
      expect(formatForModelCard(metrics)).toEqual(closeTo(golden.model_card));
      expect([evaluator.primaryMetric, evaluator.csvFile]).toEqual([golden.primary_metric, golden.csv_file]);
    },
  );
});

test("the classification evaluator with one label", async () => {
  const { pairs, labels, result } = evaluators.classification_binary;
  const evaluator = new CrossEncoderClassificationEvaluator(pairs, labels);
  expectMetrics(await evaluator.evaluate(goldenScorer()), result);
  expect(evaluator.primaryMetric).toBe("average_precision");
});

test("the classification evaluator with several labels", async () => {
  const { pairs, labels, scores, result } = evaluators.classification_multi;
  const evaluator = new CrossEncoderClassificationEvaluator(pairs, labels);
  const scorer: PairScorer = { predict: async (batch) => batch.map((pair) => scores[pair.join("|")] ?? []) };
  expectMetrics(await evaluator.evaluate(scorer), result);
  expect(evaluator.primaryMetric).toBe("f1_macro");
});

test("the correlation evaluator", async () => {
  const { pairs, gold, result } = evaluators.correlation;
  const evaluator = new CrossEncoderCorrelationEvaluator(pairs, gold, { name: "s" });
  expectMetrics(await evaluator.evaluate(goldenScorer()), result);
  expect(evaluator.primaryMetric).toBe("s_spearman");
});
