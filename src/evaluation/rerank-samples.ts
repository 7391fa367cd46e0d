import { noMetrics, rankingMetrics, type RankingMetrics } from "./ranking-metrics.js";
import { planReranking, type RerankingPlan } from "./plan-reranking.js";
import { pairsPerCall, scorePairs, type PairScorer, type ScoredPair, type ScorerOptions } from "./pair-scorer.js";
import { judgeSample, type RerankingSamples } from "./reranking-samples.js";

/** How samples are ranked. */
export interface RerankingOptions extends ScorerOptions {
  /** How many documents of a ranking count, where a metric has a cut. @default 10 */
  atK?: number;
  /**
   * Rank all positives, also those that the first stage did not find.
   *
   * `true` measures the model alone: the best possible value is 1. `false` measures what users get: the first stage's
   * recall is the ceiling. Without a first stage it has no effect.
   *
   * @default true
   */
  alwaysRerankPositives?: boolean;
  /**
   * One call of the model for each sample, so that {@link RerankedQuery.milliseconds} is known. Otherwise samples share
   * calls, which is faster.
   *
   * @default false
   */
  callPerQuery?: boolean;
}

/** A query, ranked. */
export interface RerankedQuery extends RerankingPlan {
  /** Its place among the samples. */
  index: number;
  /** Of each candidate. */
  scores: ArrayLike<number>;
  /** The ranking by these scores. */
  reranked: RankingMetrics;
  /** How long the model took; undefined where calls were shared, or none was needed. */
  milliseconds: number | undefined;
}

/** Samples that share a call may hold no more text than this. */
const charactersPerCall = 4_000_000;

/**
 * Ranks samples one after the other: what the evaluators are made of.
 *
 * Samples are read as they are needed, and let go when they are ranked; pairs go to the model some thousands a call.
 *
 * @throws {InvalidInputError} If a sample is not as {@link RerankingSample} says; names its index.
 * @throws {NonFiniteScoreError} If the model gives NaN or an infinity.
 * @throws {InvalidOptionsError} If the model has several labels.
 */
export async function* rerankSamples(
  model: PairScorer,
  samples: RerankingSamples,
  { atK = 10, alwaysRerankPositives = true, callPerQuery = false, ...options }: RerankingOptions = {},
): AsyncGenerator<RerankedQuery> {
  let waiting: (RerankingPlan & { index: number })[] = [];
  let pairCount = 0;
  let characters = 0;
  let index = 0;
  for await (const sample of samples) {
    const plan = { ...planReranking(judgeSample(sample, index), atK, alwaysRerankPositives), index };
    index += 1;
    waiting.push(plan);
    pairCount += plan.candidates.length;
    characters += plan.candidates.reduce((sum, text) => sum + text.length, 0);
    if (!callPerQuery && pairCount < pairsPerCall && characters < charactersPerCall) continue;
    yield* rank(model, waiting, { atK, callPerQuery, options });
    waiting = [];
    pairCount = 0;
    characters = 0;
  }
  yield* rank(model, waiting, { atK, callPerQuery, options });
}

async function* rank(
  model: PairScorer,
  plans: readonly (RerankingPlan & { index: number })[],
  { atK, callPerQuery, options }: { atK: number; callPerQuery: boolean; options: ScorerOptions },
): AsyncGenerator<RerankedQuery> {
  const pairs = plans.flatMap(({ query, candidates }) => candidates.map((text): ScoredPair => [query, text]));
  const startedAt = performance.now();
  const allScores = await scorePairs(model, pairs, options);
  const milliseconds = callPerQuery && pairs.length > 0 ? performance.now() - startedAt : undefined;
  let start = 0;
  for (const plan of plans) {
    const scores = Array.prototype.slice.call(allScores, start, start + plan.candidates.length) as number[];
    start += plan.candidates.length;
    const reranked = scores.length === 0 ? noMetrics : rankingMetrics(scores, plan.relevance, atK);
    yield { ...plan, scores, reranked, milliseconds };
  }
}
