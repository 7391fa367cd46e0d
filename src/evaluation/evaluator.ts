import { InvalidOptionsError } from "../errors/index.js";

/** Metrics by the names that sentence-transformers gives them. */
export type Metrics = Record<string, number>;

/** Options of an evaluator's `evaluate`. */
export interface EvaluateOptions {
  /** The folder of the CSV file to add a row to. @default none is written */
  outputPath?: string;
  /** First column of the CSV row. @default -1 */
  epoch?: number;
  /** Second column of the CSV row. @default -1 */
  steps?: number;
  /** Called as pairs are scored. */
  onProgress?: (progress: { scored: number }) => void;
  /** Stops the evaluation; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What all evaluators take. */
export interface EvaluatorOptions {
  /** Put in front of every metric's name, as `name_ndcg@10`, and into the CSV file's name. @default "" */
  name?: string;
  /** Passed on to the model: the name of the prompt for queries. @default the model's own */
  promptName?: string;
  /** Passed on to the model: most pairs that it sees at once. @default the model's own */
  batchSize?: number;
  /** Whether `outputPath` gets a CSV row. @default true */
  writeCsv?: boolean;
}

/** The metrics with an evaluator's name in front of each. */
export function prefixNames<Value>(metrics: Record<string, Value>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [prefixedKey(name, key), value]));
}

/** A metric's key with an evaluator's name in front. */
export function prefixedKey(name: string, key: string): string {
  return name === "" ? key : `${name}_${key}`;
}

/** What a CSV file's name begins with. */
export function csvName(evaluator: string, name: string): string {
  return name === "" ? evaluator : `${evaluator}_${name}`;
}

/** The options that go to the model, without those that are not given. */
export function scorerOptions(
  { promptName, batchSize }: EvaluatorOptions,
  { signal }: EvaluateOptions,
): { promptName?: string; batchSize?: number; signal?: AbortSignal } {
  return {
    ...(promptName !== undefined && { promptName }),
    ...(batchSize !== undefined && { batchSize }),
    ...(signal !== undefined && { signal }),
  };
}

/** @throws {InvalidOptionsError} If an option that counts something is no whole number of at least 1. */
export function requireCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw new InvalidOptionsError(`${name} must be a whole number of at least 1, got ${String(value)}.`, {
    issues: [{ path: name, message: "expected a whole number of at least 1" }],
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
