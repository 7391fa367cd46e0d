import { invalidLine, openInput, readLines, type Line } from "../../files/index.js";

/** Documents by query: how relevant each is, in the order of the file. */
export type Qrels = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Documents by query, best first. */
export type Run = ReadonlyMap<string, readonly string[]>;

interface RankedLine {
  documentId: string;
  rank: number;
  score: number;
}

/**
 * Reads judgements: TREC's qrels, or BEIR's.
 *
 *     query-id 0 document-id relevance              TREC, by white space
 *     query-id <tab> corpus-id <tab> score          BEIR, with a line of titles
 *
 * A judgement of 0 or less says that the document is not relevant.
 *
 * @throws {InvalidInputError} If there is no such file, or a line is neither; names file and line.
 */
export async function readQrels(path: string): Promise<Qrels> {
  const qrels = new Map<string, Map<string, number>>();
  for await (const line of readLines(openInput(path))) {
    const fields = line.text.trim().split(/\s+/);
    if (line.number === 1 && fields[0] === "query-id") continue;
    const [queryId, documentId, relevance] = judgementOf(line, fields);
    const judged = qrels.get(queryId) ?? new Map<string, number>();
    qrels.set(queryId, judged.set(documentId, relevance));
  }
  return qrels;
}

/**
 * Reads a ranking that a first stage made: a TREC run.
 *
 *     query-id Q0 document-id rank score tag
 *
 * Documents are ordered by descending score, as trec_eval does; equal scores by rank.
 *
 * @param depth - How many of the best documents of each query to keep. Default: all.
 * @throws {InvalidInputError} If there is no such file, or a line is no part of a run; names file and line.
 */
export async function readRun(path: string, depth = Infinity): Promise<Run> {
  const byQuery = new Map<string, RankedLine[]>();
  for await (const line of readLines(openInput(path))) {
    const [queryId, ranked] = rankedLineOf(line);
    const lines = byQuery.get(queryId) ?? [];
    byQuery.set(queryId, lines);
    lines.push(ranked);
  }
  return new Map(
    [...byQuery].map(([queryId, lines]) => {
      const ordered = lines.sort((a, b) => b.score - a.score || a.rank - b.rank);
      return [queryId, ordered.slice(0, depth).map(({ documentId }) => documentId)];
    }),
  );
}

function judgementOf(line: Line, fields: readonly string[]): [string, string, number] {
  const [queryId, , last] = fields;
  const documentId = fields.at(-2);
  const relevance = Number(fields.at(-1));
  if (queryId !== undefined && documentId !== undefined && last !== undefined && Number.isFinite(relevance)) {
    if (fields.length === 3 || fields.length === 4) return [queryId, documentId, relevance];
  }
  throw invalidLine(line, 'a judgement, "query-id 0 document-id relevance" or "query-id corpus-id score"');
}

function rankedLineOf(line: Line): [string, RankedLine] {
  const fields = line.text.trim().split(/\s+/);
  const [queryId, , documentId, rank, score] = fields;
  const ranked = { documentId, rank: Number(rank), score: Number(score) };
  const isRanked = fields.length === 6 && Number.isFinite(ranked.rank) && Number.isFinite(ranked.score);
  if (queryId === undefined || documentId === undefined || !isRanked) {
    throw invalidLine(line, 'a line of a TREC run, "query-id Q0 document-id rank score tag"');
  }
  return [queryId, { ...ranked, documentId }];
}
