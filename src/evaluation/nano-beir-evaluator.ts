import { InvalidOptionsError } from "../errors/index.js";
import { appendCsv } from "./append-csv.js";
import { nanoBeirHub } from "./data/nano-beir-hub.js";
import {
  mean,
  prefixNames,
  requireCount,
  type EvaluateOptions,
  type EvaluatorOptions,
  type Metrics,
} from "./evaluator.js";
import {
  nanoBeirSamples,
  nanoBeirSplits,
  resolveNanoBeirNames,
  type NanoBeirLoader,
  type NanoBeirName,
} from "./nano-beir-datasets.js";
import type { PairScorer } from "./pair-scorer.js";
import { CrossEncoderRerankingEvaluator, type RerankingEvaluatorOptions } from "./reranking-evaluator.js";

/** Options of {@link CrossEncoderNanoBEIREvaluator}. */
export interface NanoBeirEvaluatorOptions
  extends Omit<EvaluatorOptions, "name">, Pick<RerankingEvaluatorOptions, "atK" | "alwaysRerankPositives"> {
  /**
   * Where datasets come from: `nanoBeirHub(…)`, `nanoBeirFolder("./NanoBEIR-en")`, or an object of your own.
   *
   * @default `sentence-transformers/NanoBEIR-en` on the Hugging Face Hub
   */
  loader?: NanoBeirLoader;
  /** Short names such as `"msmarco"`, in any case. @default all but `"arguana"` and `"touche2020"` */
  datasetNames?: readonly string[];
  /** How many of BM25's documents are reranked for a query. @default 100 */
  rerankK?: number;
  /** Makes one number of those of the datasets. @default the mean */
  aggregateFn?: (values: readonly number[]) => number;
  /** Name of that number in keys and in the CSV file's name. @default "mean" */
  aggregateKey?: string;
}

/**
 * Measures a model on NanoBEIR, small samples of the BEIR datasets with BM25's rankings: the counterpart of
 * sentence-transformers' evaluator of this name.
 *
 * @example
 * const evaluator = new CrossEncoderNanoBEIREvaluator({ datasetNames: ["nq"] }); // downloaded from the Hub
 * const metrics = await evaluator.evaluate(model);
 * metrics["NanoNQ_R100_ndcg@10"];
 * metrics[evaluator.primaryMetric]; // "NanoBEIR_R100_mean_ndcg@10"
 */
export class CrossEncoderNanoBEIREvaluator {
  /** Key of the metric to compare models by. */
  readonly primaryMetric: string;
  /** Name of the CSV file of the aggregates; each dataset has one of its own beside it. */
  readonly csvFile: string;
  readonly #datasetNames: readonly NanoBeirName[];
  readonly #options: NanoBeirEvaluatorOptions;
  readonly #rerankK: number;
  readonly #atK: number;
  readonly #name: string;

  /** @throws {InvalidOptionsError} If a dataset's name is unknown or there is none, or a count is no whole number. */
  constructor(options: NanoBeirEvaluatorOptions = {}) {
    requireLoader(options);
    const { rerankK = 100, atK = 10, aggregateKey = "mean" } = options;
    for (const [name, count] of Object.entries({ rerankK, atK, batchSize: options.batchSize }))
      requireCount(name, count);
    this.#datasetNames = resolveNanoBeirNames(options.datasetNames);
    this.#options = options;
    this.#rerankK = rerankK;
    this.#atK = atK;
    this.#name = `NanoBEIR_R${rerankK}_${aggregateKey}`;
    this.primaryMetric = `${this.#name}_ndcg@${atK}`;
    this.csvFile = `NanoBEIR_evaluation_${aggregateKey}_results.csv`;
  }

  /**
   * Evaluates the datasets one after the other; one is in memory at a time.
   *
   * @returns `map`, `mrr@k`, `ndcg@k`, `base_map`, `base_mrr@k` and `base_ndcg@k` of each dataset behind its name, as
   * `NanoNQ_R100_map`, and their aggregates, as `NanoBEIR_R100_mean_map`.
   * @throws What the loader throws, and what {@link CrossEncoderRerankingEvaluator.evaluate} throws.
   */
  async evaluate(model: PairScorer, options: EvaluateOptions = {}): Promise<Metrics> {
    const results: Metrics = {};
    const valuesByMetric = new Map<string, number[]>();
    let scored = 0;
    for (const datasetName of this.#datasetNames) {
      const name = `${nanoBeirSplits[datasetName]}_R${this.#rerankK}`;
      const evaluator = await this.#evaluatorOf(datasetName, name);
      const before = scored;
      const onProgress = (progress: { scored: number }) => {
        scored = before + progress.scored;
        options.onProgress?.({ scored });
      };
      const metrics = await evaluator.evaluate(model, { ...options, onProgress });
      for (const [key, value] of Object.entries(metrics)) {
        results[key] = value;
        const metric = key.slice(name.length + 1);
        valuesByMetric.set(metric, [...(valuesByMetric.get(metric) ?? []), value]);
      }
    }
    const aggregate = this.#options.aggregateFn ?? mean;
    const aggregates = Object.fromEntries([...valuesByMetric].map(([metric, values]) => [metric, aggregate(values)]));
    await this.#writeCsv(aggregates, options);
    return { ...results, ...prefixNames(aggregates, this.#name) };
  }

  async #evaluatorOf(datasetName: NanoBeirName, name: string): Promise<CrossEncoderRerankingEvaluator> {
    const {
      loader = nanoBeirHub(),
      alwaysRerankPositives = true,
      promptName,
      batchSize,
      writeCsv = true,
    } = this.#options;
    const samples = nanoBeirSamples(await loader.load(nanoBeirSplits[datasetName]), this.#rerankK);
    return new CrossEncoderRerankingEvaluator(samples, {
      name,
      atK: this.#atK,
      alwaysRerankPositives,
      writeCsv,
      ...(promptName !== undefined && { promptName }),
      ...(batchSize !== undefined && { batchSize }),
    });
  }

  async #writeCsv(aggregates: Metrics, options: EvaluateOptions): Promise<void> {
    if (this.#options.writeCsv === false) return;
    const metrics = ["map", `mrr@${this.#atK}`, `ndcg@${this.#atK}`];
    const columns = ["MAP", `MRR@${this.#atK}`, `NDCG@${this.#atK}`];
    const values = metrics.map((metric) => aggregates[metric] ?? NaN);
    await appendCsv({ fileName: this.csvFile, columns, lineEnd: "\n" }, values, options);
  }
}

function requireLoader({ loader }: NanoBeirEvaluatorOptions): void {
  if (loader === undefined) return;
  if (typeof (loader as unknown) === "object" && typeof (loader.load as unknown) === "function") return;
  throw new InvalidOptionsError(
    "loader must be an object with load(), such as nanoBeirFolder(folder), got something else.",
    { issues: [{ path: "loader", message: "expected an object with load()" }] },
  );
}
