import { describe, expect, test } from "vitest";
import {
  compareMeasurements,
  CrossEncoderRerankingEvaluator,
  measureReranking,
  metricsInOrder,
  summarizeReranking,
  type RerankingSample,
} from "../../../src/evaluation/index.js";
import { fakeScorer, scoreByNumber } from "../../helpers/fake-scorer.js";
import { thrownBy } from "../../helpers/thrown-by.js";

/** Keeps the first stage's order: documents are named by their place in it. */
const doNothing = () => fakeScorer((_, document) => -Number.parseFloat(document));
const samples: RerankingSample[] = [
  { query: "found late", positive: ["4"], documents: ["1", "2", "3", "4"] },
  { query: "found in part", positive: ["1", "9"], documents: ["1", "2"] },
  { query: "not found", positive: ["9"], documents: ["1", "2"] },
];
const bootstrap = { resamples: 100 };

describe("before and after", () => {
  test("are equal for a model that changes nothing, whatever the first stage lacks", async () => {
    const summary = summarizeReranking(await measureReranking(doNothing(), samples), bootstrap);
    for (const { name, before, after, change } of summary.metrics) {
      expect(after, name).toEqual(before);
      expect(change, name).toMatchObject({ wins: 0, losses: 0, ties: 3, difference: { mean: 0, low: 0, high: 0 } });
    }
    expect(summary.firstStageRecall?.mean).toBeCloseTo((1 + 1 / 2 + 0) / 3, 12);
    expect(summary.metrics.find(({ name }) => name === "Recall@10")?.after.mean).toBeCloseTo(1 / 2, 12);
  });

  test("with all positives reranked are those of sentence-transformers", async () => {
    const summary = summarizeReranking(
      await measureReranking(scoreByNumber(), samples, { alwaysRerankPositives: true }),
      bootstrap,
    );
    const [ndcg] = summary.metrics;
    expect(ndcg?.after.mean).toBe(summary.reference["ndcg@10"]);
    expect(ndcg?.before?.mean).toBe(summary.reference["base_ndcg@10"]);
    expect(summary.reference).toEqual(await new CrossEncoderRerankingEvaluator(samples).evaluate(scoreByNumber()));
  });

  test("have no before without a first stage", async () => {
    const data = [{ query: "q", positive: "1", negative: ["0", "2"] }];
    const summary = summarizeReranking(await measureReranking(scoreByNumber(), data), bootstrap);
    expect(summary.metrics[0]).toEqual({
      name: "NDCG@10",
      after: expect.objectContaining({ mean: expect.closeTo(1 / Math.log2(3), 12) as number }) as unknown,
    });
    expect(summary).toMatchObject({ queries: 1, pairs: 3, rankChanges: [], gained: [], lost: [] });
    expect(summary.firstStageRecall).toBeUndefined();
  });
});

test("ranks, scores and the queries that changed are kept", async () => {
  const summary = summarizeReranking(await measureReranking(scoreByNumber(), samples), bootstrap);
  expect(summary.rankChanges.filter(({ documents }) => documents > 0)).toEqual([
    { least: -1, most: -1, documents: 1 },
    { least: 2, most: 4, documents: 1 },
  ]);
  expect(summary.scores.reduce((sum, { relevant }) => sum + relevant, 0)).toBe(2);
  expect(summary.scores.reduce((sum, { other }) => sum + other, 0)).toBe(4);
  expect(summary.gained).toEqual([
    {
      query: "found late",
      before: metricsInOrder([0, 0, 0, 1], 10).ndcg,
      after: 1,
      bestRankBefore: 4,
      bestRankAfter: 1,
      firstBefore: { text: "1", isRelevant: false },
      firstAfter: { text: "4", isRelevant: true },
      bestRelevant: "4",
    },
  ]);
  expect(summary.lost.map(({ query }) => query)).toEqual(["found in part"]);
});

test("the largest changes are kept, largest first, with texts of bounded length", async () => {
  const many = Array.from({ length: 30 }, (_, index) => {
    const documents = Array.from({ length: 12 }, (_, rank) => `${rank} ${"long ".repeat(200)}${index}`);
    return { query: `query ${index}`, positive: [documents[1 + (index % 10)] ?? ""], documents };
  });
  const { gained } = await measureReranking(scoreByNumber(), many);
  const sizes = gained.map(({ before, after }) => after - before);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes).toHaveLength(8);
  expect(gained[0]?.firstBefore?.text.length).toBe(401);
});

test("times are those of calls for one query each", async () => {
  const summary = summarizeReranking(
    await measureReranking(scoreByNumber(), samples, { callPerQuery: true }),
    bootstrap,
  );
  expect(summary.latency?.calls).toBe(2);
  expect(summarizeReranking(await measureReranking(scoreByNumber(), samples), bootstrap).latency).toBeUndefined();
});

test("two models are compared query by query", async () => {
  const [first, second] = [
    await measureReranking(doNothing(), samples),
    await measureReranking(scoreByNumber(), samples),
  ];
  const [ndcg] = compareMeasurements(first, second, bootstrap);
  expect(ndcg).toMatchObject({ name: "NDCG@10", wins: 1, ties: 1, losses: 1, signTestP: 1 });
  const fewer = await measureReranking(doNothing(), samples.slice(1));
  expect((await thrownBy(() => compareMeasurements(first, fewer))).code).toBe("INVALID_INPUT");
});

test("nothing measured has no figures", async () => {
  const empty = await measureReranking(doNothing(), []);
  expect((await thrownBy(() => summarizeReranking(empty))).message).toContain("at least one sample");
});

test("equal scores have a histogram, too", async () => {
  const summary = summarizeReranking(
    await measureReranking(
      fakeScorer(() => 1),
      samples,
    ),
    bootstrap,
  );
  expect(summary.scores[0]).toMatchObject({ relevant: 2, other: 4 });
});
