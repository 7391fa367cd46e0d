/** What the examples have in common: the small corpus, the measure, and the two stages. */
import { readFileSync } from "node:fs";
import { CrossEncoder } from "crossrank";

/** Documents of the first stage that are reranked. */
const candidates = 20;

interface Corpus {
  documents: readonly string[];
  /** Relevance by the document's place: 2 for an answer, 1 for something to the point. */
  queries: readonly { query: string; relevance: Readonly<Record<string, number>> }[];
}

/** A first stage: places of at most `limit` documents, best first. */
export type Search = (query: string, limit: number) => Promise<number[]>;

/** Means over the queries. */
export interface TwoStages {
  queries: number;
  ndcgAt10: { before: number; after: number };
  /** Queries whose first document is an answer. */
  firstIsAnswer: { before: number; after: number };
  milliseconds: { search: number; rerank: number };
}

export const corpus = JSON.parse(readFileSync(new URL("corpus.json", import.meta.url), "utf8")) as Corpus;

/** Searches for each query, reranks what was found, and measures both rankings and the time they take. */
export async function evaluate(search: Search): Promise<TwoStages> {
  await using model = await CrossEncoder.fromPretrained(process.env["CROSSRANK_MODEL"]);
  const rows = [];
  for (const { query, relevance } of corpus.queries) {
    const startedAt = performance.now();
    const found = await search(query, candidates);
    const foundAt = performance.now();
    const texts = found.map((place) => corpus.documents[place] ?? "");
    const ranking = await model.rank(query, texts);
    const rankedAt = performance.now();
    const reranked = ranking.map(({ corpusId }) => found[corpusId] as number);
    const of = (places: readonly number[]) => places.map((place) => relevance[place] ?? 0);
    const best = Object.values(relevance);
    rows.push({
      before: { ndcg: ndcgAt10(of(found), best), isAnswer: of(found)[0] === 2 },
      after: { ndcg: ndcgAt10(of(reranked), best), isAnswer: of(reranked)[0] === 2 },
      search: foundAt - startedAt,
      rerank: rankedAt - foundAt,
    });
  }
  return {
    queries: rows.length,
    ndcgAt10: { before: mean(rows.map(({ before }) => before.ndcg)), after: mean(rows.map(({ after }) => after.ndcg)) },
    firstIsAnswer: {
      before: rows.filter(({ before }) => before.isAnswer).length,
      after: rows.filter(({ after }) => after.isAnswer).length,
    },
    milliseconds: { search: mean(rows.map((row) => row.search)), rerank: mean(rows.map((row) => row.rerank)) },
  };
}

export function describe({ queries, ndcgAt10, firstIsAnswer, milliseconds }: TwoStages): string {
  return [
    `                        search  then rank()`,
    `NDCG@10                 ${ndcgAt10.before.toFixed(3).padStart(6)}  ${ndcgAt10.after.toFixed(3).padStart(11)}`,
    `answer first, of ${String(queries).padEnd(6)} ${String(firstIsAnswer.before).padStart(6)}  ${String(firstIsAnswer.after).padStart(11)}`,
    `milliseconds a query    ${milliseconds.search.toFixed(1).padStart(6)}  ${`+ ${milliseconds.rerank.toFixed(1)}`.padStart(11)}`,
    ``,
  ].join("\n");
}

/**
 * @param ranked - Relevance of the documents found, in their order.
 * @param relevant - Relevance of all relevant documents, found or not.
 */
function ndcgAt10(ranked: readonly number[], relevant: readonly number[]): number {
  return gain(ranked) / gain(relevant.toSorted((a, b) => b - a));
}

function gain(relevance: readonly number[]): number {
  return relevance.slice(0, 10).reduce((sum, value, index) => sum + value / Math.log2(index + 2), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
