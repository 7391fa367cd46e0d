import { mean } from "./evaluator.js";
import { kendallTau, ndcg } from "./metrics/index.js";

/** A query with the documents that models are to rank. */
export interface RankingSample {
  query: string;
  documents: readonly string[];
  /** Of each document, >= 0; absent if nobody judged them. */
  relevance?: readonly number[] | undefined;
}

/** How far a model's rankings agree with a reference's. */
export interface ModelAgreement {
  queries: number;
  pairs: number;
  /** Mean of Kendall's tau over the queries of at least two documents; `undefined` if there are none. */
  kendallTau: number | undefined;
  /** Mean NDCG@10 over the queries with a relevant document; absent if there are none. */
  ndcgAt10?: { reference: number; model: number };
  /** Differences of scores. */
  meanDifference: number;
  largestDifference: number;
}

/** Scores of pairs, one a pair. */
export type ScorePairs = (pairs: [query: string, document: string][]) => Promise<Float32Array>;

/** Ranks the same samples with two models of one label, and says how far they agree. */
export async function compareModels(
  reference: ScorePairs,
  model: ScorePairs,
  samples: readonly RankingSample[],
  onCompared?: (samples: number) => void,
): Promise<ModelAgreement> {
  const taus: number[] = [];
  const ndcgs: { reference: number; model: number }[] = [];
  const differences: number[] = [];
  for (const [index, { query, documents, relevance }] of samples.entries()) {
    const pairs = documents.map((document): [string, string] => [query, document]);
    const expected = await reference(pairs);
    const actual = await model(pairs);
    for (const [position, score] of expected.entries())
      differences.push(Math.abs(score - (actual[position] as number)));
    const tau = kendallTau(expected, actual);
    if (!Number.isNaN(tau)) taus.push(tau);
    if (relevance?.some((value) => value > 0)) {
      ndcgs.push({ reference: ndcg(expected, relevance, 10), model: ndcg(actual, relevance, 10) });
    }
    onCompared?.(index + 1);
  }
  return {
    queries: samples.length,
    pairs: differences.length,
    kendallTau: taus.length === 0 ? undefined : mean(taus),
    ...(ndcgs.length > 0 && {
      ndcgAt10: { reference: mean(ndcgs.map((row) => row.reference)), model: mean(ndcgs.map((row) => row.model)) },
    }),
    meanDifference: differences.length === 0 ? 0 : mean(differences),
    largestDifference: differences.reduce((largest, difference) => Math.max(largest, difference), 0),
  };
}
