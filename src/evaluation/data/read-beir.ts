import { join } from "node:path";
import { z } from "zod";
import { InvalidInputError } from "../../errors/index.js";
import { invalidLine, openInput, parseJsonLine, readLines } from "../../files/index.js";
import type { RerankingSample } from "../reranking-samples.js";
import { readQrels, readRun, type Qrels, type Run } from "./read-trec.js";

/** Options of {@link readBeir}. */
export interface ReadBeirOptions {
  /** Path of a TREC run: how a first stage ranked the corpus for the queries. */
  run: string;
  /** Which judgements: `qrels/<split>.tsv`. @default "test" */
  split?: string;
  /** How many of the run's best documents to rank for a query. @default 100 */
  depth?: number;
}

const entrySchema = z.object({ _id: z.string(), title: z.string().optional(), text: z.string() });

/**
 * Reads a dataset in BEIR's layout, with the ranking that a first stage made of it: a sample for each judged query with
 * a relevant document, in the order of the judgements.
 *
 *     corpus.jsonl      {"_id", "title", "text"}
 *     queries.jsonl     {"_id", "text"}
 *     qrels/test.tsv    query-id, corpus-id, score
 *
 * A document's text is its title and text, with a space between them, as BEIR's own evaluation has it. A query that the
 * run lacks has no documents. Of the corpus only texts that are needed are kept in memory.
 *
 * @throws {InvalidInputError} If a file is missing or a line is wrong, naming them; or a query or document that is judged
 * or ranked is in none of the files.
 */
export async function* readBeir(
  folder: string,
  { run: runPath, split = "test", depth = 100 }: ReadBeirOptions,
): AsyncGenerator<RerankingSample> {
  const qrels = await readQrels(join(folder, "qrels", `${split}.tsv`));
  const run = await readRun(runPath, depth);
  const queries = await readTexts(join(folder, "queries.jsonl"), new Set(qrels.keys()));
  const corpus = await readTexts(join(folder, "corpus.jsonl"), neededDocuments(qrels, run));
  for (const [queryId, judged] of qrels) {
    const relevant = [...judged].filter(([, relevance]) => relevance > 0);
    if (relevant.length === 0) continue;
    yield {
      query: textOf(queries, queryId, "queries.jsonl"),
      positive: relevant.map(([id]) => textOf(corpus, id, "corpus.jsonl")),
      positiveGrades: relevant.map(([, relevance]) => relevance),
      documents: (run.get(queryId) ?? []).map((id) => textOf(corpus, id, "corpus.jsonl")),
    };
  }
}

function neededDocuments(qrels: Qrels, run: Run): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const [queryId, judged] of qrels) {
    for (const [id, relevance] of judged) if (relevance > 0) needed.add(id);
    for (const id of run.get(queryId) ?? []) needed.add(id);
  }
  return needed;
}

async function readTexts(path: string, needed: ReadonlySet<string>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const line of readLines(openInput(path))) {
    const parsed = entrySchema.safeParse(parseJsonLine(line));
    if (!parsed.success) throw invalidLine(line, 'an object with "_id" and "text", maybe "title", all texts');
    const { _id: id, title = "", text } = parsed.data;
    if (needed.has(id)) texts.set(id, `${title} ${text}`.trim());
  }
  return texts;
}

function textOf(texts: ReadonlyMap<string, string>, id: string, file: string): string {
  const text = texts.get(id);
  if (text !== undefined) return text;
  throw new InvalidInputError(`${file} must hold "${id}", which judgements or run name, but does not.`, { file, id });
}
