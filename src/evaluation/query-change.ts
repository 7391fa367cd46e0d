import type { RerankedQuery } from "./rerank-samples.js";

/** A document as it is shown: its beginning, and whether it is relevant. */
export interface DocumentExcerpt {
  text: string;
  isRelevant: boolean;
}

/** What reranking did to one query. */
export interface QueryChange {
  query: string;
  /** NDCG@k. */
  before: number;
  after: number;
  /** Rank of the relevant document that ranks best, from 1; `undefined` where there is none. */
  bestRankBefore: number | undefined;
  bestRankAfter: number | undefined;
  /** The documents that came first. */
  firstBefore: DocumentExcerpt | undefined;
  firstAfter: DocumentExcerpt | undefined;
  /** The relevant document that ranks best afterwards. */
  bestRelevant: string | undefined;
}

/** Enough to see what a text is about. */
const excerptCharacters = 400;

/** The order of candidates after reranking: by descending score, equal ones as they were. */
export function orderByScore(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (_, index) => index).sort((a, b) => (scores[b] as number) - (scores[a] as number));
}

/**
 * What reranking did to a query that a first stage ranked.
 *
 * @param order - Of the candidates, best first.
 * @param change - NDCG before and after.
 */
export function describeChange(
  { query, candidates, relevance, documents = [], firstStageRelevance = [] }: RerankedQuery,
  order: readonly number[],
  change: { before: number; after: number },
): QueryChange {
  const bestBefore = firstStageRelevance.findIndex((grade) => grade > 0);
  const bestAfter = order.findIndex((index) => (relevance[index] as number) > 0);
  const excerptAt = (texts: readonly string[], grades: readonly number[], index: number | undefined) =>
    index === undefined || texts[index] === undefined
      ? undefined
      : { text: excerpt(texts[index]), isRelevant: (grades[index] ?? 0) > 0 };
  return {
    query: excerpt(query),
    ...change,
    bestRankBefore: bestBefore === -1 ? undefined : bestBefore + 1,
    bestRankAfter: bestAfter === -1 ? undefined : bestAfter + 1,
    firstBefore: excerptAt(documents, firstStageRelevance, 0),
    firstAfter: excerptAt(candidates, relevance, order[0]),
    bestRelevant: bestAfter === -1 ? undefined : excerpt(candidates[order[bestAfter] as number] ?? ""),
  };
}

/** Cut between characters, not within one. */
function excerpt(text: string): string {
  if (text.length <= excerptCharacters) return text;
  return `${text.slice(0, excerptCharacters).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
