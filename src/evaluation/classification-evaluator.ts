import { InvalidInputError } from "../errors/index.js";
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
import { averagePrecision, bestAccuracy, bestF1, f1Scores } from "./metrics/index.js";
import { isRows, scoreInCalls, type PairScorer, type ScoredPair } from "./pair-scorer.js";

const binaryColumns = [
  "Accuracy",
  "Accuracy_Threshold",
  "F1",
  "F1_Threshold",
  "Precision",
  "Recall",
  "Average_Precision",
];
const classColumns = ["Macro_F1", "Micro_F1", "Weighted_F1"];

/**
 * Measures how well a model classifies pairs: the counterpart of sentence-transformers' evaluator of this name.
 *
 * - A model of one label decides by a threshold; the best ones for accuracy and for F1 are found on these very pairs,
 *   which flatters: see {@link chooseThreshold} for one to use.
 * - A model of several labels decides for the label of the highest score, the first of equal ones.
 */
export class CrossEncoderClassificationEvaluator {
  /** Name of the CSV file. */
  readonly csvFile: string;
  readonly #pairs: readonly ScoredPair[];
  readonly #labels: readonly number[];
  readonly #options: EvaluatorOptions;
  #primaryMetric = "average_precision";

  /**
   * @param sentencePairs - Pairs of texts.
   * @param labels - Of each pair: 0 or 1 for a model of one label, otherwise the index of its label.
   * @throws {InvalidInputError} If there is not one label a pair, or no pair.
   * @throws {InvalidOptionsError} If `batchSize` is no whole number of at least 1.
   */
  constructor(sentencePairs: readonly ScoredPair[], labels: readonly number[], options: EvaluatorOptions = {}) {
    requireLabels(sentencePairs, labels);
    requireCount("batchSize", options.batchSize);
    this.#pairs = sentencePairs;
    this.#labels = labels;
    this.#options = options;
    this.csvFile = `${csvName("CrossEncoderClassificationEvaluator", options.name ?? "")}_results.csv`;
  }

  /**
   * Key of the metric to compare models by, with the name in front: `average_precision`, or after evaluating a model of
   * several labels `f1_macro`.
   */
  get primaryMetric(): string {
    return prefixedKey(this.#options.name ?? "", this.#primaryMetric);
  }

  /**
   * Scores all pairs.
   *
   * @returns For one label `accuracy`, `accuracy_threshold`, `f1`, `f1_threshold`, `precision` and `recall` (at the best
   * F1), `average_precision`; for several `f1_macro`, `f1_micro`, `f1_weighted`. With the evaluator's name in front.
   * @throws {InvalidInputError} If a label is not one that the model can have.
   * @throws {NonFiniteScoreError} If the model gives NaN or an infinity.
   */
  async evaluate(model: PairScorer, options: EvaluateOptions = {}): Promise<Metrics> {
    const scores = await scoreInCalls(model, this.#pairs, scorerOptions(this.#options, options), (scored) =>
      options.onProgress?.({ scored }),
    );
    const metrics = isRows(scores) ? this.#classMetrics(scores) : this.#binaryMetrics(scores);
    this.#primaryMetric = isRows(scores) ? "f1_macro" : "average_precision";
    if (this.#options.writeCsv !== false) {
      const columns = isRows(scores) ? classColumns : binaryColumns;
      await appendCsv({ fileName: this.csvFile, columns }, Object.values(metrics), options);
    }
    return prefixNames(metrics, this.#options.name ?? "");
  }

  #binaryMetrics(scores: ArrayLike<number>): Metrics {
    const { accuracy, threshold: accuracyThreshold } = bestAccuracy(scores, this.#labels);
    const { f1, threshold: f1Threshold, precision, recall } = bestF1(scores, this.#labels);
    return {
      accuracy,
      accuracy_threshold: accuracyThreshold,
      f1,
      f1_threshold: f1Threshold,
      precision,
      recall,
      average_precision: averagePrecision(scores, this.#labels),
    };
  }

  #classMetrics(rows: readonly ArrayLike<number>[]): Metrics {
    requireKnownLabels(this.#labels, rows[0]?.length ?? 0);
    const { macro, micro, weighted } = f1Scores(rows.map(indexOfHighest), this.#labels);
    return { f1_macro: macro, f1_micro: micro, f1_weighted: weighted };
  }
}

function indexOfHighest(scores: ArrayLike<number>): number {
  return Array.from(scores).reduce((best, score, index) => (score > (scores[best] as number) ? index : best), 0);
}

function requireLabels(pairs: readonly ScoredPair[], labels: readonly number[]): void {
  if (pairs.length === labels.length && pairs.length > 0) return;
  throw new InvalidInputError(
    `There must be one label for each of at least one pair, got ${labels.length} labels for ${pairs.length} pairs.`,
    { argument: "labels", expected: pairs.length, actual: labels.length },
  );
}

function requireKnownLabels(labels: readonly number[], labelCount: number): void {
  const index = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= labelCount);
  if (index === -1) return;
  throw new InvalidInputError(
    `The label at index ${index} must be a whole number from 0 to ${labelCount - 1}, since the model has ${labelCount} ` +
      `labels, got ${String(labels[index])}.`,
    { argument: "labels", index },
  );
}
