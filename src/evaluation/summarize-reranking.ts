import { bootstrapMeans, quantile, type BootstrapOptions, type Estimate } from "./bootstrap.js";
import { countSigns, type PairedComparison } from "./compare-paired.js";
import { mean, type Metrics } from "./evaluator.js";
import { InvalidInputError } from "../errors/index.js";
import type { MetricColumns, RerankingMeasurement } from "./measure-reranking.js";
import type { QueryChange } from "./query-change.js";
import { rankingMetricNames, type RankingMetrics } from "./ranking-metrics.js";

/** A metric over all queries. */
export interface MetricSummary {
  /** As people call it: `NDCG@10`. */
  name: string;
  /** Of the first stage; undefined without one. */
  before?: Estimate;
  after: Estimate;
  /** After less before, query by query. */
  change?: PairedComparison;
}

/** Documents whose scores lie in a range. */
export interface ScoreBin {
  /** From here, inclusive, */
  from: number;
  /** to here: exclusive but for the last bin. */
  to: number;
  relevant: number;
  other: number;
}

/** Relevant documents that moved by a number of ranks, above 0 if they rose. */
export interface RankChangeBin {
  /** The least change of the bin; `null` if there is no limit. */
  least: number | null;
  /** The greatest change of the bin. */
  most: number | null;
  documents: number;
}

/** Percentiles of the time that a query took, in milliseconds. */
export interface LatencySummary {
  calls: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** Figures of a measurement; plain JSON. */
export interface RerankingSummary {
  queries: number;
  pairs: number;
  atK: number;
  alwaysRerankPositives: boolean;
  /** Which part of the positives the first stage found at all: no order of its documents has more. */
  firstStageRecall?: Estimate;
  /** NDCG, MRR, MAP, recall and precision. */
  metrics: readonly MetricSummary[];
  /** What {@link CrossEncoderRerankingEvaluator.evaluate} resolves to for the same scores. */
  reference: Metrics;
  /** Scores of relevant documents and of others, in bins of equal width. */
  scores: readonly ScoreBin[];
  /** Relevant documents of the first stage by how many ranks they rose (above 0) or fell. */
  rankChanges: readonly RankChangeBin[];
  latency?: LatencySummary;
  gained: readonly QueryChange[];
  lost: readonly QueryChange[];
}

const scoreBinCount = 24;

/** Least and greatest change of each bin: fine around 0, where most are. */
const rankChangeRanges = [
  [null, -20],
  [-19, -10],
  [-9, -5],
  [-4, -2],
  [-1, -1],
  [0, 0],
  [1, 1],
  [2, 4],
  [5, 9],
  [10, 19],
  [20, null],
] as const;

/**
 * Makes figures of a measurement, with bootstrap intervals over the queries.
 *
 * @throws {InvalidInputError} If no query was measured.
 */
export function summarizeReranking(
  measurement: RerankingMeasurement,
  options: BootstrapOptions = {},
): RerankingSummary {
  requireQueries(measurement);
  const { queryCount, pairCount, atK, alwaysRerankPositives, firstStageRecall, rankChanges } = measurement;
  const latency = summarizeLatency(measurement.milliseconds.sorted());
  const hasFirstStage = firstStageRecall.length > 0;
  const [recall] = bootstrapMeans([firstStageRecall], options);
  return {
    queries: queryCount,
    pairs: pairCount,
    atK,
    alwaysRerankPositives,
    ...(hasFirstStage && recall && { firstStageRecall: recall }),
    metrics: summarizeMetrics(measurement, options),
    reference: referenceMetrics(measurement),
    scores: scoreHistogram(measurement.scores.relevant.sorted(), measurement.scores.irrelevant.sorted()),
    rankChanges: hasFirstStage ? rankChangeHistogram(rankChanges.sorted()) : [],
    ...(latency && { latency }),
    gained: measurement.gained,
    lost: measurement.lost,
  };
}

/**
 * Compares what two models made of the same samples, metric by metric: the second less the first.
 *
 * @throws {InvalidInputError} If the two have not the same number of queries, or none.
 */
export function compareMeasurements(
  first: RerankingMeasurement,
  second: RerankingMeasurement,
  options: BootstrapOptions = {},
): (PairedComparison & { name: string })[] {
  requireQueries(first);
  if (first.queryCount !== second.queryCount) {
    throw new InvalidInputError(
      `Two models must have ranked the same queries to be compared, got ${first.queryCount} and ${second.queryCount}.`,
      { argument: "second", expected: first.queryCount, actual: second.queryCount },
    );
  }
  const comparisons = compareColumns(first.after, second.after, options);
  return rankingMetricNames.map((name, index) => ({
    name: displayName(name, first.atK),
    ...(comparisons[index] as PairedComparison),
  }));
}

function summarizeMetrics(
  { before, after, queryCount, atK }: RerankingMeasurement,
  options: BootstrapOptions,
): MetricSummary[] {
  const afterEstimates = bootstrapMeans(columnsOf(after), options);
  // Where samples with and without a first stage are mixed, rows of the two do not belong together.
  const isPaired = before.ndcg.length === queryCount;
  const beforeEstimates = before.ndcg.length > 0 ? bootstrapMeans(columnsOf(before), options) : [];
  const changes = isPaired ? compareColumns(before, after, options) : [];
  return rankingMetricNames.map((name, index) => ({
    name: displayName(name, atK),
    ...(beforeEstimates[index] && { before: beforeEstimates[index] }),
    after: afterEstimates[index] as Estimate,
    ...(changes[index] && { change: changes[index] }),
  }));
}

/** The same draws for all metrics: one bootstrap, not one each. */
function compareColumns(first: MetricColumns, second: MetricColumns, options: BootstrapOptions): PairedComparison[] {
  const differences = rankingMetricNames.map((name) =>
    Float64Array.from(first[name], (value, row) => (second[name][row] as number) - value),
  );
  const estimates = bootstrapMeans(differences, options);
  return differences.map((column, index) => ({ difference: estimates[index] as Estimate, ...countSigns(column) }));
}

function columnsOf(columns: MetricColumns): number[][] {
  return rankingMetricNames.map((name) => columns[name]);
}

function displayName(name: keyof RankingMetrics, k: number): string {
  const names = {
    ndcg: `NDCG@${k}`,
    reciprocalRank: `MRR@${k}`,
    averagePrecision: "MAP",
    recall: `Recall@${k}`,
    precision: `Precision@${k}`,
  };
  return names[name];
}

function referenceMetrics({ reference, atK }: RerankingMeasurement): Metrics {
  const means = (columns: MetricColumns, prefix: string): Metrics => ({
    [`${prefix}map`]: mean(columns.averagePrecision),
    [`${prefix}mrr@${atK}`]: mean(columns.reciprocalRank),
    [`${prefix}ndcg@${atK}`]: mean(columns.ndcg),
  });
  return {
    ...means(reference.reranked, ""),
    ...(reference.base.ndcg.length > 0 && means(reference.base, "base_")),
  };
}

function scoreHistogram(relevant: Float32Array, others: Float32Array): ScoreBin[] {
  const ends = [relevant.at(0), relevant.at(-1), others.at(0), others.at(-1)].filter((end) => end !== undefined);
  if (ends.length === 0) return [];
  const low = Math.min(...ends);
  // One score alone gets a bin to lie in.
  const width = (Math.max(...ends) - low || 1) / scoreBinCount;
  const bins = Array.from({ length: scoreBinCount }, (_, index) => ({
    from: low + index * width,
    to: low + (index + 1) * width,
    relevant: 0,
    other: 0,
  }));
  const binOf = (score: number) => bins[Math.min(Math.floor((score - low) / width), scoreBinCount - 1)] as ScoreBin;
  for (const score of relevant) binOf(score).relevant += 1;
  for (const score of others) binOf(score).other += 1;
  return bins;
}

function rankChangeHistogram(changes: Float32Array): RankChangeBin[] {
  return rankChangeRanges.map(([least, most]) => ({
    least,
    most,
    documents: changes.filter((change) => change >= (least ?? -Infinity) && change <= (most ?? Infinity)).length,
  }));
}

function summarizeLatency(sorted: Float32Array): LatencySummary | undefined {
  if (sorted.length === 0) return undefined;
  const [p50, p90, p95, p99, max] = [0.5, 0.9, 0.95, 0.99, 1].map((part) => quantile(sorted, part));
  return { calls: sorted.length, p50, p90, p95, p99, max } as LatencySummary;
}

function requireQueries({ queryCount }: RerankingMeasurement): void {
  if (queryCount > 0) return;
  throw new InvalidInputError("There must be at least one sample to evaluate.", { argument: "samples" });
}
