import { metricsInOrder, noMetrics, type RankingMetrics } from "./ranking-metrics.js";
import type { JudgedSample } from "./reranking-samples.js";

/** What a model has to rank for a sample, and what is known before it does. */
export interface RerankingPlan {
  query: string;
  /** What is ranked; empty where the outcome is known without the model. */
  candidates: readonly string[];
  /** Of each candidate. */
  relevance: readonly number[];
  /** Relevance of the positives that are not among the first stage's documents; `[]` without a first stage. */
  missing: readonly number[];
  /** What the first stage found, best first; undefined without one. */
  documents?: readonly string[];
  /** Of each of these documents. */
  firstStageRelevance?: readonly number[];
  /**
   * The first stage's ranking as sentence-transformers measures it: positives that it lacks are put at its end, but all
   * metrics are 0 if it lacks them all.
   */
  base?: RankingMetrics;
  positiveCount: number;
}

/**
 * Decides what a model has to rank for a sample: sentence-transformers' rules.
 *
 * - With negatives: the positives, then the negatives.
 * - With documents, and `alwaysRerankPositives`: the positives, then the documents that are none.
 * - With documents otherwise: the documents as they are; nothing if none is relevant.
 *
 * @param k - The cut of the base metrics.
 * @see sentence-transformers cad21198, `cross_encoder/evaluation/reranking.py`
 */
export function planReranking(sample: JudgedSample, k: number, alwaysRerankPositives: boolean): RerankingPlan {
  const { query, positives, grades, documents, negatives = [] } = sample;
  const gradeOf = (text: string) => grades.get(text) ?? 0;
  const shared = { query, positiveCount: positives.length };
  const positiveRelevance = positives.map(gradeOf);
  if (documents === undefined) {
    const relevance = [...positiveRelevance, ...negatives.map(() => 0)];
    return { ...shared, ...rankable([...positives, ...negatives], relevance), missing: [] };
  }
  const firstStageRelevance = documents.map(gradeOf);
  const missing = missingGrades(sample, documents, firstStageRelevance);
  const isFound = firstStageRelevance.some((grade) => grade > 0);
  const base = isFound ? metricsInOrder([...firstStageRelevance, ...missing], k) : noMetrics;
  const others = documents.filter((text) => !grades.has(text));
  const chosen = alwaysRerankPositives
    ? rankable([...positives, ...others], [...positiveRelevance, ...others.map(() => 0)])
    : rankable(documents, firstStageRelevance);
  return { ...shared, ...chosen, missing, documents, firstStageRelevance, base };
}

/** Where no candidate is relevant, every ranking is worth 0, and none is made. */
function rankable(candidates: readonly string[], relevance: readonly number[]) {
  return relevance.some((grade) => grade > 0) ? { candidates, relevance } : { candidates: [], relevance: [] };
}

/**
 * Relevance of the positives that the documents lack. As in the reference their number is that of the positives less
 * that of the relevant documents, so that duplicates of a positive stand for others.
 */
function missingGrades(
  { positives, grades }: JudgedSample,
  documents: readonly string[],
  relevance: readonly number[],
): number[] {
  const count = Math.max(0, positives.length - relevance.filter((grade) => grade > 0).length);
  const known = new Set(documents);
  const absent = positives.filter((text) => !known.has(text)).map((text) => grades.get(text) ?? 1);
  return Array.from({ length: count }, (_, index) => absent[index] ?? 1);
}
