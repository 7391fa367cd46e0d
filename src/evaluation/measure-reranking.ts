import { tieTolerance } from "./compare-paired.js";
import { FloatList } from "./float-list.js";
import type { PairScorer } from "./pair-scorer.js";
import { describeChange, orderByScore, type QueryChange } from "./query-change.js";
import { metricsInOrder, rankingMetricNames, rankingMetrics, type RankingMetrics } from "./ranking-metrics.js";
import { rerankSamples, type RerankedQuery, type RerankingOptions } from "./rerank-samples.js";
import type { RerankingSamples } from "./reranking-samples.js";

/** A value of each metric by query. */
export type MetricColumns = Record<keyof RankingMetrics, number[]>;

/** Options of {@link measureReranking}. */
export interface MeasureRerankingOptions extends RerankingOptions {
  /** Called for each query once it is ranked. */
  onQuery?: (query: RerankedQuery) => void;
}

/** What was measured, query by query; {@link summarizeReranking} makes figures of it. */
export interface RerankingMeasurement {
  atK: number;
  alwaysRerankPositives: boolean;
  queryCount: number;
  pairCount: number;
  /** How the first stage ranked what was reranked; empty columns where samples have none. */
  before: MetricColumns;
  after: MetricColumns;
  /** As {@link CrossEncoderRerankingEvaluator} has them. */
  reference: { base: MetricColumns; reranked: MetricColumns };
  /** Recall of the whole first stage, by query. */
  firstStageRecall: number[];
  /** Scores by relevance. */
  scores: { relevant: FloatList; irrelevant: FloatList };
  /** By how many ranks each relevant document of the first stage rose (above 0) or fell. */
  rankChanges: FloatList;
  /** Of each call; empty unless `callPerQuery`. */
  milliseconds: FloatList;
  /** The queries whose NDCG rose most, and fell most, largest change first. */
  gained: QueryChange[];
  lost: QueryChange[];
}

/** How many queries are kept with their texts, on either side. */
const shownChanges = 8;

/**
 * Ranks samples and keeps what a report is made of: some numbers a query, four bytes a pair, and the texts of a few
 * queries.
 *
 * Before and after are measured on the same documents against the same positives. With `alwaysRerankPositives: false`
 * the positives that the first stage lacks count against both, so that a model that changes nothing has a difference of
 * 0, and no metric exceeds what the first stage's recall allows. With `true` they are put at the first stage's end, as
 * sentence-transformers does.
 *
 * @param options - `alwaysRerankPositives` is `false` by default here.
 * @throws What {@link rerankSamples} throws.
 */
export async function measureReranking(
  model: PairScorer,
  samples: RerankingSamples,
  { onQuery, ...options }: MeasureRerankingOptions = {},
): Promise<RerankingMeasurement> {
  const { atK = 10, alwaysRerankPositives = false } = options;
  const measurement = emptyMeasurement(atK, alwaysRerankPositives);
  for await (const query of rerankSamples(model, samples, { ...options, atK, alwaysRerankPositives })) {
    addQuery(measurement, query);
    onQuery?.(query);
  }
  return measurement;
}

function emptyMeasurement(atK: number, alwaysRerankPositives: boolean): RerankingMeasurement {
  return {
    atK,
    alwaysRerankPositives,
    queryCount: 0,
    pairCount: 0,
    before: emptyColumns(),
    after: emptyColumns(),
    reference: { base: emptyColumns(), reranked: emptyColumns() },
    firstStageRecall: [],
    scores: { relevant: new FloatList(), irrelevant: new FloatList() },
    rankChanges: new FloatList(),
    milliseconds: new FloatList(),
    gained: [],
    lost: [],
  };
}

function emptyColumns(): MetricColumns {
  return Object.fromEntries(rankingMetricNames.map((name) => [name, []])) as unknown as MetricColumns;
}

function addRow(columns: MetricColumns, metrics: RankingMetrics): void {
  for (const name of rankingMetricNames) columns[name].push(metrics[name]);
}

function addQuery(measurement: RerankingMeasurement, query: RerankedQuery): void {
  measurement.queryCount += 1;
  measurement.pairCount += query.candidates.length;
  if (query.milliseconds !== undefined) measurement.milliseconds.add(query.milliseconds);
  for (const [index, grade] of query.relevance.entries()) {
    measurement.scores[grade > 0 ? "relevant" : "irrelevant"].add(query.scores[index] as number);
  }
  addRow(measurement.reference.reranked, query.reranked);
  const { before, after } = comparableMetrics(measurement, query);
  addRow(measurement.after, after);
  if (before === undefined || query.base === undefined) return;
  addRow(measurement.reference.base, query.base);
  addRow(measurement.before, before);
  addFirstStage(measurement, query, { before: before.ndcg, after: after.ndcg });
}

/** The query's metrics before and after, on the same documents against the same positives. */
function comparableMetrics(
  { atK, alwaysRerankPositives }: RerankingMeasurement,
  { scores, relevance, missing, firstStageRelevance, base, reranked }: RerankedQuery,
): { before: RankingMetrics | undefined; after: RankingMetrics } {
  if (alwaysRerankPositives || firstStageRelevance === undefined) return { before: base, after: reranked };
  const before = metricsInOrder(firstStageRelevance, atK, missing);
  return { before, after: rankingMetrics(scores, relevance, atK, missing) };
}

function addFirstStage(
  measurement: RerankingMeasurement,
  query: RerankedQuery,
  change: { before: number; after: number },
): void {
  const { candidates, documents = [], firstStageRelevance = [], missing } = query;
  measurement.firstStageRecall.push(metricsInOrder(firstStageRelevance, Infinity, missing).recall);
  const order = orderByScore(query.scores);
  const rankAfter = new Map<string, number>();
  for (const [place, index] of order.entries()) {
    const text = candidates[index] as string;
    if (!rankAfter.has(text)) rankAfter.set(text, place);
  }
  for (const [rank, text] of documents.entries()) {
    const after = rankAfter.get(text);
    if ((firstStageRelevance[rank] as number) > 0 && after !== undefined) measurement.rankChanges.add(rank - after);
  }
  keepLargest(query, order, change, measurement);
}

function keepLargest(
  query: RerankedQuery,
  order: readonly number[],
  change: { before: number; after: number },
  { gained, lost }: RerankingMeasurement,
): void {
  const size = Math.abs(change.after - change.before);
  if (size < tieTolerance) return;
  const list = change.after > change.before ? gained : lost;
  const place = list.findIndex((kept) => Math.abs(kept.after - kept.before) < size);
  if (place === -1 && list.length >= shownChanges) return;
  list.splice(place === -1 ? list.length : place, 0, describeChange(query, order, change));
  list.length = Math.min(list.length, shownChanges);
}
