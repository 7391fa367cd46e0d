import { InvalidInputError, InvalidOptionsError } from "../errors/index.js";
import { appendCsv } from "./append-csv.js";
import {
  csvName,
  prefixedKey,
  prefixNames,
  requireCount,
  scorerOptions,
  type EvaluateOptions,
  type EvaluatorOptions,
  type Metrics,
} from "./evaluator.js";
import { pearson, spearman } from "./metrics/index.js";
import { isRows, scoreInCalls, type PairScorer, type ScoredPair } from "./pair-scorer.js";

/**
 * Measures how far a model's scores go with scores that people gave: the counterpart of sentence-transformers' evaluator
 * of this name.
 */
export class CrossEncoderCorrelationEvaluator {
  /** Key of the metric to compare models by: `spearman`, with the name in front. */
  readonly primaryMetric: string;
  /** Name of the CSV file. */
  readonly csvFile: string;
  readonly #pairs: readonly ScoredPair[];
  readonly #scores: readonly number[];
  readonly #options: EvaluatorOptions;

  /**
   * @param sentencePairs - Pairs of texts.
   * @param scores - What each pair should have; only order and distances matter, not the range.
   * @throws {InvalidInputError} If there is not one score a pair, or no pair.
   * @throws {InvalidOptionsError} If `batchSize` is no whole number of at least 1.
   */
  constructor(sentencePairs: readonly ScoredPair[], scores: readonly number[], options: EvaluatorOptions = {}) {
    const { name = "" } = options;
    requireScores(sentencePairs, scores);
    requireCount("batchSize", options.batchSize);
    this.#pairs = sentencePairs;
    this.#scores = scores;
    this.#options = options;
    this.primaryMetric = prefixedKey(name, "spearman");
    this.csvFile = `${csvName("CrossEncoderCorrelationEvaluator", name)}_results.csv`;
  }

  /**
   * Scores all pairs.
   *
   * @returns `pearson` and `spearman`, with the evaluator's name in front; `NaN` for one pair, or equal scores.
   * @throws {InvalidOptionsError} If the model has several labels.
   * @throws {NonFiniteScoreError} If the model gives NaN or an infinity.
   */
  async evaluate(model: PairScorer, options: EvaluateOptions = {}): Promise<Metrics> {
    const scores = await scoreInCalls(model, this.#pairs, scorerOptions(this.#options, options), (scored) =>
      options.onProgress?.({ scored }),
    );
    if (isRows(scores)) {
      throw new InvalidOptionsError("The model must have one label to be correlated with scores, but has several.");
    }
    const metrics = { pearson: pearson(this.#scores, scores), spearman: spearman(this.#scores, scores) };
    if (this.#options.writeCsv !== false) {
      const columns = ["Pearson_Correlation", "Spearman_Correlation"];
      await appendCsv({ fileName: this.csvFile, columns }, Object.values(metrics), options);
    }
    return prefixNames(metrics, this.#options.name ?? "");
  }
}

function requireScores(pairs: readonly ScoredPair[], scores: readonly number[]): void {
  if (pairs.length === scores.length && pairs.length > 0) return;
  throw new InvalidInputError(
    `There must be one score for each of at least one pair, got ${scores.length} scores for ${pairs.length} pairs.`,
    { argument: "scores", expected: pairs.length, actual: scores.length },
  );
}
