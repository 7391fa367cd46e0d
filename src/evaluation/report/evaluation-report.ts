import type { PairedComparison } from "../compare-paired.js";
import type { RerankingSummary } from "../summarize-reranking.js";

/** A model as a report names it. */
export interface ReportedModel {
  /** Its id or folder. */
  name: string;
  /** What else tells it from others, such as its precision. */
  detail?: string;
}

/** What one or two models made of a dataset. */
export interface DatasetReport {
  name: string;
  /** One for each model. */
  summaries: readonly RerankingSummary[];
  /** The second model less the first, metric by metric. */
  comparison?: readonly (PairedComparison & { name: string })[];
}

/** What `crossrank evaluate` finds out; plain JSON, and what {@link renderReport} shows. */
export interface EvaluationReport {
  models: readonly ReportedModel[];
  datasets: readonly DatasetReport[];
  /** How the intervals were found. */
  bootstrap: { resamples: number; confidence: number; seed: number };
}
