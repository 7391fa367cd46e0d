import { InvalidOptionsError } from "../errors/index.js";
import type { PairColumns } from "../inference/index.js";
import type { DocumentScores } from "./best-passages.js";
import { rankScores, type RankedDocument } from "./rank-scores.js";
import type { ResolvedPredictOptions, ResolvedRankOptions } from "./resolve-options.js";
import { resolvePrompt, type KnownPrompts } from "./resolve-prompt.js";
import { validatePairs, validateRankInput, type PredictInput } from "./validate-inputs.js";

/** An encoder as `predict()` and `rank()` need it, in process or behind a service. */
export interface CallableEncoder extends KnownPrompts {
  modelId: string;
  numLabels: number;
  /** Scores, shape [pairs, labels]; passages only if documents were to be split. Prompts are in the queries already. */
  score(pairs: PairColumns, options: ResolvedPredictOptions): Promise<DocumentScores>;
}

/**
 * `predict()` of an encoder.
 *
 * @param input - What a caller without types may have given, too.
 * @returns A score for one pair; else scores, shape [pairs], or with several labels an array of shape [labels] a pair.
 * @throws {InvalidInputError | InvalidOptionsError} If the input is no pairs, or an option does not go with the encoder.
 */
export async function predictPairs(
  encoder: CallableEncoder,
  input: PredictInput,
  options: ResolvedPredictOptions,
): Promise<number | Float32Array | Float32Array[]> {
  const { pairs, isSingle } = validatePairs(input);
  requireOneBest(encoder, options);
  const columns = { queries: pairs.map(([query]) => query), documents: pairs.map(([, document]) => document) };
  const { scores } = await scorePrompted(encoder, columns, options);
  const { numLabels } = encoder;
  if (numLabels === 1) return isSingle ? (scores[0] as number) : scores;
  if (isSingle) return scores;
  return pairs.map((_, index) => scores.slice(index * numLabels, (index + 1) * numLabels));
}

/**
 * `rank()` of an encoder.
 *
 * @throws {InvalidInputError | InvalidOptionsError} If the input is no texts, or the encoder has several labels.
 */
export async function rankDocuments(
  encoder: CallableEncoder,
  { query, documents }: { query: string; documents: readonly string[] },
  { topK, returnDocuments, ...options }: ResolvedRankOptions,
): Promise<RankedDocument[]> {
  validateRankInput(query, documents);
  requireOneLabel(encoder);
  // The caller may change its list while the call is running.
  const texts = [...documents];
  const { scores, passages } = await scorePrompted(encoder, { queries: query, documents: texts }, options);
  return rankScores(scores, topK).map((ranked) => {
    const passage = passages[ranked.corpusId];
    return {
      ...ranked,
      ...(passage === undefined ? {} : { passage }),
      ...(returnDocuments ? { text: texts[ranked.corpusId] as string } : {}),
    };
  });
}

async function scorePrompted(
  encoder: CallableEncoder,
  { queries, documents }: PairColumns,
  options: ResolvedPredictOptions,
): Promise<DocumentScores> {
  const prompt = resolvePrompt(options, encoder);
  const prompted = typeof queries === "string" ? prompt + queries : queries.map((query) => prompt + query);
  return encoder.score({ queries: prompted, documents }, options);
}

function requireOneBest({ modelId, numLabels }: CallableEncoder, { longDocuments }: ResolvedPredictOptions): void {
  if (numLabels === 1 || longDocuments === "truncate") return;
  throw new InvalidOptionsError(
    `longDocuments must be "truncate" for a model of several labels, but ${modelId} has ${numLabels}: which passage is ` +
      `best is undefined. Use predict() without "maxPassage".`,
    { longDocuments, numLabels },
  );
}

function requireOneLabel({ modelId, numLabels }: CallableEncoder): void {
  if (numLabels === 1) return;
  throw new InvalidOptionsError(
    `rank() must have a model of one label, but ${modelId} has ${numLabels}. Use predict(), which returns all of them.`,
    { numLabels },
  );
}
