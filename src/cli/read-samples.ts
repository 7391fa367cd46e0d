import { z } from "zod";
import type { RankingSample } from "../evaluation/index.js";
import { invalidLine, parseJsonLine, readLines, type Input, type Line } from "../files/index.js";

const texts = z.array(z.string()).min(1);
const sampleSchema = z.union([
  z.object({ query: z.string(), documents: texts, positive: texts.optional() }),
  z.object({ query: z.string(), document: z.string(), label: z.number().nonnegative().optional() }),
]);

const expectation =
  'an object with "query" and "documents" (maybe "positive"), or with "query" and "document" (maybe "label")';

/** Documents of one query, as they are collected. */
interface Judged {
  documents: string[];
  relevance: number[];
  isJudged: boolean;
}

/**
 * Reads queries with their documents from JSONL; lines with the same query are one sample.
 *
 * A line is `{"query", "documents", "positive"?}`, the latter being texts of the relevant documents, or
 * `{"query", "document", "label"?}`, the latter being how relevant it is. Other keys are ignored.
 *
 * @throws {InvalidInputError} If a line is neither; names file and line.
 */
export async function readSamples(input: Input): Promise<RankingSample[]> {
  const byQuery = new Map<string, Judged>();
  for await (const line of readLines(input)) {
    const sample = parseSample(line);
    const judged = byQuery.get(sample.query) ?? { documents: [], relevance: [], isJudged: false };
    byQuery.set(sample.query, judged);
    const [documents, labels] = documentsOf(sample);
    judged.documents.push(...documents);
    judged.relevance.push(...documents.map((_, index) => labels?.[index] ?? 0));
    judged.isJudged ||= labels !== undefined;
  }
  return [...byQuery].map(([query, { documents, relevance, isJudged }]) => ({
    query,
    documents,
    ...(isJudged && { relevance }),
  }));
}

type Sample = z.infer<typeof sampleSchema>;

function documentsOf(sample: Sample): [documents: readonly string[], labels: readonly number[] | undefined] {
  if ("document" in sample) return [[sample.document], sample.label === undefined ? undefined : [sample.label]];
  const positive = sample.positive && new Set(sample.positive);
  return [sample.documents, positive && sample.documents.map((document) => Number(positive.has(document)))];
}

function parseSample(line: Line): Sample {
  const parsed = sampleSchema.safeParse(parseJsonLine(line));
  if (parsed.success) return parsed.data;
  throw invalidLine(line, expectation);
}
