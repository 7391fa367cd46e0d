import { z } from "zod";
import { invalidLine, openInput, parseJsonLine, readLines } from "../../files/index.js";
import type { RerankingSample } from "../reranking-samples.js";

const texts = z.array(z.string());
const sampleSchema = z
  .object({
    query: z.string(),
    positive: z.union([z.string(), texts]),
    positiveGrades: z.array(z.number().positive()).exactOptional(),
    documents: texts.exactOptional(),
    negative: texts.exactOptional(),
  })
  .refine(({ documents, negative }) => (documents === undefined) !== (negative === undefined));

const expectation =
  'an object with "query", "positive" (a text or texts), and either "documents" (texts that a first stage found, best ' +
  'first) or "negative" (texts)';

/**
 * Reads samples from JSONL, one a line, one in memory at a time. Other keys are ignored.
 *
 *     {"query": "…", "positive": ["…"], "documents": ["…", "…"]}
 *     {"query": "…", "positive": "…", "negative": ["…"]}
 *
 * @param path - The file; `"-"` for standard input.
 * @throws {InvalidInputError} If there is no such file, or a line is no sample; names file and line.
 */
export async function* readSamples(path: string): AsyncGenerator<RerankingSample> {
  for await (const line of readLines(openInput(path))) {
    const parsed = sampleSchema.safeParse(parseJsonLine(line));
    if (!parsed.success) throw invalidLine(line, expectation);
    yield parsed.data;
  }
}
