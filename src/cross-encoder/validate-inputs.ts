import { InvalidInputError } from "../errors/index.js";

/** A query and a document. */
export type Pair = readonly [query: string, document: string];

/** A pair, or a list of pairs; a list of `string[]` is taken too, and each must then hold two texts. */
export type PredictInput = Pair | readonly (readonly string[])[];

/** Inputs of `predict`, all checked. */
export interface ValidPairs {
  pairs: readonly Pair[];
  /** The caller gave one pair, not a list, and gets one score. */
  isSingle: boolean;
}

/**
 * Checks the input of `predict`: a pair, or a list of pairs.
 *
 * What starts with a text is taken for a pair, what starts with a list (or is empty) for a list of pairs.
 *
 * @throws {InvalidInputError} If it is neither; names the index of the first bad pair.
 */
export function validatePairs(input: unknown): ValidPairs {
  if (!Array.isArray(input)) {
    throw new InvalidInputError(
      `predict() must get a pair [query, document] or a list of pairs, got ${describe(input)}.`,
      { argument: "pairs" },
    );
  }
  const isSingle = input.length > 0 && !Array.isArray(input[0]);
  const pairs: readonly unknown[] = isSingle ? [input] : input;
  for (const [index, pair] of pairs.entries()) requirePair(pair, isSingle ? undefined : index);
  return { pairs: pairs as readonly Pair[], isSingle };
}

/**
 * Checks the input of `rank`.
 *
 * @throws {InvalidInputError} If the query is no text or the documents are no list of texts; names the index.
 */
export function validateRankInput(query: unknown, documents: unknown): void {
  if (typeof query !== "string") {
    throw new InvalidInputError(`The query must be a text, got ${describe(query)}.`, { argument: "query" });
  }
  if (!Array.isArray(documents)) {
    throw new InvalidInputError(`The documents must be a list of texts, got ${describe(documents)}.`, {
      argument: "documents",
    });
  }
  for (const [index, document] of documents.entries()) {
    if (typeof document === "string") continue;
    throw new InvalidInputError(`The document at index ${index} must be a text, got ${describe(document)}.`, {
      argument: "documents",
      index,
    });
  }
}

function requirePair(pair: unknown, index: number | undefined): void {
  const isPair = Array.isArray(pair) && pair.length === 2;
  if (isPair && typeof pair[0] === "string" && typeof pair[1] === "string") return;
  const where = index === undefined ? "The pair" : `The pair at index ${index}`;
  throw new InvalidInputError(`${where} must be two texts, [query, document], got ${describe(pair)}.`, {
    argument: "pairs",
    ...(index === undefined ? {} : { index }),
  });
}

/** Says what a value is without quoting it: texts are the user's, and may be long. */
function describe(value: unknown): string {
  if (Array.isArray(value))
    return `a list of ${value.length} (${[...new Set(Array.from(value, typeName))].join(", ")})`;
  return typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
