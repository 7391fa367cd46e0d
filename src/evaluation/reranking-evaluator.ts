import { InvalidInputError } from "../errors/index.js";
import { appendCsv } from "./append-csv.js";
import {
  csvName,
  mean,
  prefixedKey,
  prefixNames,
  requireCount,
  scorerOptions,
  type EvaluateOptions,
  type EvaluatorOptions,
  type Metrics,
} from "./evaluator.js";
import type { PairScorer } from "./pair-scorer.js";
import type { RankingMetrics } from "./ranking-metrics.js";
import { rerankSamples, type RerankedQuery } from "./rerank-samples.js";
import type { RerankingSamples } from "./reranking-samples.js";

/** Options of {@link CrossEncoderRerankingEvaluator}. */
export interface RerankingEvaluatorOptions extends EvaluatorOptions {
  /** How many documents of a ranking count for MRR and NDCG. @default 10 */
  atK?: number;
  /**
   * Rank all positives, also those that the first stage did not find; the best possible value is then 1. `false` ranks
   * `documents` as they are, so that the first stage's recall is the ceiling. No effect on samples with `negative`.
   *
   * **Note:** with `false`, base and reranked metrics differ in what counts as findable, as in the reference: positives
   * that are missing count against the base only. {@link measureReranking} compares like with like.
   *
   * @default true
   */
  alwaysRerankPositives?: boolean;
}

/** Options of {@link CrossEncoderRerankingEvaluator.evaluate}. */
export interface RerankingEvaluateOptions extends EvaluateOptions {
  /** Called for each query once it is ranked, with its scores and metrics. */
  onQuery?: (query: RerankedQuery) => void;
}

/**
 * Measures how well a model reranks: MAP, MRR@k and NDCG@k over queries with judged documents, and the same before.
 *
 * The counterpart of sentence-transformers' evaluator of this name: the same samples, keys and values. Where its values
 * are undefined or it fails, this one has a rule: the reciprocal rank of tied scores is the mean over their orders; one
 * candidate alone is worth its relevance; a sample without candidates or positives is worth 0.
 *
 * @example
 * const evaluator = new CrossEncoderRerankingEvaluator([{ query, positive: [a], documents: [b, a] }], { name: "dev" });
 * const metrics = await evaluator.evaluate(model);
 * metrics[evaluator.primaryMetric]; // "dev_ndcg@10"
 * formatForModelCard(metrics); // { "dev_map": "0.5944 (+0.2611)", … }
 */
export class CrossEncoderRerankingEvaluator {
  /** Key of the metric to compare models by: `ndcg@k`, with the name in front. */
  readonly primaryMetric: string;
  /** Name of the CSV file. */
  readonly csvFile: string;
  readonly #samples: RerankingSamples;
  readonly #options: RerankingEvaluatorOptions;
  readonly #atK: number;

  /**
   * @param samples - What can be read once only, such as a generator, is good for one evaluation.
   * @throws {InvalidOptionsError} If `atK` or `batchSize` is no whole number of at least 1.
   */
  constructor(samples: RerankingSamples, options: RerankingEvaluatorOptions = {}) {
    const { atK = 10, name = "" } = options;
    requireCount("atK", atK);
    requireCount("batchSize", options.batchSize);
    this.#samples = samples;
    this.#options = options;
    this.#atK = atK;
    this.primaryMetric = prefixedKey(name, `ndcg@${atK}`);
    this.csvFile = `${csvName("CrossEncoderRerankingEvaluator", name)}_results_@${atK}.csv`;
  }

  /**
   * Ranks all samples. They are read as they are needed, so they may be more than fit in memory.
   *
   * @returns `map`, `mrr@k` and `ndcg@k`: means over all samples. If any sample has `documents`, also `base_map`,
   * `base_mrr@k` and `base_ndcg@k`: means over those, before reranking. With the evaluator's name in front of each.
   * @throws {InvalidInputError} If a sample is not as {@link RerankingSample} says, naming its index; or there is none.
   * @throws {InvalidOptionsError} If the model has several labels.
   * @throws {NonFiniteScoreError} If the model gives NaN or an infinity.
   */
  async evaluate(model: PairScorer, options: RerankingEvaluateOptions = {}): Promise<Metrics> {
    const { alwaysRerankPositives = true, name = "" } = this.#options;
    const reranked: RankingMetrics[] = [];
    const base: RankingMetrics[] = [];
    let scored = 0;
    const queries = rerankSamples(model, this.#samples, {
      ...scorerOptions(this.#options, options),
      atK: this.#atK,
      alwaysRerankPositives,
    });
    for await (const query of queries) {
      reranked.push(query.reranked);
      if (query.base) base.push(query.base);
      scored += query.candidates.length;
      options.onQuery?.(query);
      options.onProgress?.({ scored });
    }
    requireSamples(reranked.length);
    const means = this.#means(reranked);
    if (this.#options.writeCsv !== false) {
      const columns = ["MAP", `MRR@${this.#atK}`, `NDCG@${this.#atK}`];
      await appendCsv({ fileName: this.csvFile, columns }, Object.values(means), options);
    }
    const baseMeans = base.length === 0 ? {} : prefixNames(this.#means(base), "base");
    return prefixNames({ ...means, ...baseMeans }, name);
  }

  #means(metrics: readonly RankingMetrics[]): Metrics {
    return {
      map: mean(metrics.map(({ averagePrecision }) => averagePrecision)),
      [`mrr@${this.#atK}`]: mean(metrics.map(({ reciprocalRank }) => reciprocalRank)),
      [`ndcg@${this.#atK}`]: mean(metrics.map(({ ndcg }) => ndcg)),
    };
  }
}

function requireSamples(count: number): void {
  if (count > 0) return;
  throw new InvalidInputError("There must be at least one sample to evaluate.", { argument: "samples" });
}
