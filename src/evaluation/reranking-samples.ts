import { InvalidInputError } from "../errors/index.js";

/**
 * A query with judged documents: `positive`, and either `documents` or `negative`.
 *
 * A document is relevant if its text is one of `positive`, so a duplicate of a positive text is relevant too.
 */
export interface RerankingSample {
  query: string;
  /** Texts of the relevant documents. */
  positive: string | readonly string[];
  /** How relevant each positive is, > 0. @default 1 for each */
  positiveGrades?: readonly number[];
  /** Texts that a first stage found, best first. They may lack positives. */
  documents?: readonly string[];
  /** Texts of documents that are not relevant. */
  negative?: readonly string[];
}

/** Samples: a list, or whatever yields them one by one, such as a reader of a file. */
export type RerankingSamples = Iterable<RerankingSample> | AsyncIterable<RerankingSample>;

/** A sample, checked. */
export interface JudgedSample {
  query: string;
  positives: readonly string[];
  /** Relevance of each positive text. */
  grades: ReadonlyMap<string, number>;
  documents?: readonly string[];
  negatives?: readonly string[];
}

/**
 * Checks a sample.
 *
 * @param index - Its place, for errors.
 * @throws {InvalidInputError} If a part is missing or no text, or there are both `documents` and `negative`, or neither.
 */
export function judgeSample(sample: RerankingSample, index: number): JudgedSample {
  const { query, positive, positiveGrades, documents, negative } = sample as Partial<RerankingSample>;
  if (typeof query !== "string") throw invalidSample(index, 'must have a "query", a text');
  const positives = typeof positive === "string" ? [positive] : positive;
  requireTexts(positives, 'must have "positive", a text or a list of texts', index);
  if ((documents === undefined) === (negative === undefined)) {
    throw invalidSample(index, 'must have exactly one of "documents" and "negative"');
  }
  const grades = gradesOf(positives, positiveGrades, index);
  if (documents !== undefined) {
    requireTexts(documents, 'must have texts as "documents"', index);
    return { query, positives, grades, documents };
  }
  requireTexts(negative, 'must have texts as "negative"', index);
  return { query, positives, grades, negatives: negative };
}

function gradesOf(
  positives: readonly string[],
  grades: readonly number[] | undefined,
  index: number,
): ReadonlyMap<string, number> {
  if (grades !== undefined && (grades.length !== positives.length || !grades.every((grade) => grade > 0))) {
    throw invalidSample(index, 'must have one number above 0 in "positiveGrades" for each of "positive"');
  }
  return new Map(positives.map((text, place) => [text, grades?.[place] ?? 1]));
}

function requireTexts(texts: unknown, requirement: string, index: number): asserts texts is readonly string[] {
  if (Array.isArray(texts) && texts.every((text) => typeof text === "string")) return;
  throw invalidSample(index, requirement);
}

function invalidSample(index: number, requirement: string): InvalidInputError {
  return new InvalidInputError(`The sample at index ${index} ${requirement}.`, { argument: "samples", index });
}
