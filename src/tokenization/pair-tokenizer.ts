import * as library from "@huggingface/tokenizers";
import { z } from "zod";
import { InvalidOptionsError } from "../errors/index.js";
import { adaptTokenizer } from "./adapt-tokenizer.js";
import { assemblePair } from "./assemble-pair.js";
import { CharsMap } from "./chars-map.js";
import { type PairTemplate, parsePairTemplate } from "./pair-template.js";
import { invalidField, parseField } from "./parse-field.js";
import { splitDocument, type FittedPassage } from "./split-document.js";
import { findSplit, isSplittable } from "./split-text.js";
import { parseTokenizerFiles, type TokenizerFiles, type TokenizerPaths } from "./tokenizer-files.js";
import type { Step, TokenizerJson } from "./tokenizer-json.js";
import { truncatePair } from "./truncate-pair.js";

/** What a cross-encoder scores: a query and one document. */
export type TextPair = readonly [query: string, document: string];

/** How far {@link PairTokenizer.tokenize} reads. */
export interface TokenizeOptions {
  /**
   * Stop reading a document when enough of it is known for the ids.
   *
   * The ids are the same. `truncatedTokens` is then a lower bound, and still 0 exactly if nothing was cut. Saves most
   * of the time on documents far beyond the maximum length; documents without spaces are read whole all the same.
   *
   * @default false
   */
  stopsEarly?: boolean;
}

/** One pair as the model sees it. */
export interface TokenizedPair {
  inputIds: Int32Array;
  /** As long as `inputIds`. Absent if the model does not tell the two texts apart by it. */
  tokenTypeIds?: Int32Array;
  /** How many tokens of query and document truncation cut off. */
  truncatedTokens: number;
}

/** A document, or a passage of it that fits beside the query, as the model sees it. */
export type TokenizedPassage = FittedPassage<TokenizedPair>;

/** What is used of the library. Its own types do not resolve with `moduleResolution: nodenext` (0.2.0). */
interface Encoder {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  normalizer: ((text: string) => string) | null;
}

const LibraryTokenizer = library.Tokenizer as unknown as new (
  tokenizerJson: object,
  tokenizerConfig: object,
) => Encoder;

interface Normalizer {
  normalize(text: string): string;
}

const { SequenceNormalizer: LibraryNormalizer } = library as unknown as {
  SequenceNormalizer: new (config: { normalizers: readonly Step[] }) => Normalizer;
};

const withoutSpecialTokens = { add_special_tokens: false };

const defaultPaths: TokenizerPaths = { tokenizerJson: "tokenizer.json", tokenizerConfig: "tokenizer_config.json" };

/** Characters of a document that are read at once for each token that is still needed: English has 4 to 5. */
const charactersPerToken = 6;

/** Characters for each token of a pair beyond which a document is split without trying whether it fits as a whole. */
const hopelessCharactersPerToken = 32;

/**
 * Turns pairs of texts into token ids, the same ones as the reference's tokenizer.
 *
 * Both texts are tokenized without special tokens and truncated by {@link truncatePair}; only then the special tokens
 * of the pair template are put between, so that no pair loses its last one. The query of the call before is
 * remembered, since all documents of a `rank` share theirs.
 */
export class PairTokenizer {
  /** `model_max_length` of `tokenizer_config.json`, in tokens; infinite if the file sets none. */
  readonly modelMaxLength: number;
  /** Tokens of every pair that are not of its texts. */
  readonly specialTokenCount: number;
  /** The largest of the token types that pairs have; 0 if they have none. */
  readonly largestTokenType: number;

  readonly #encoder: Encoder;
  readonly #template: PairTemplate;
  readonly #usesTokenTypes: boolean;
  readonly #isSplittable: boolean;
  #lastQuery: { text: string; ids: readonly number[] } = { text: "", ids: [] };

  private constructor({ json, config }: TokenizerFiles, path: string) {
    this.#encoder = createEncoder(json, path);
    this.#template = parsePairTemplate(json.post_processor, path);
    this.#isSplittable = isSplittable(json);
    this.#usesTokenTypes =
      config.modelInputNames?.includes("token_type_ids") ?? this.#template.pieces.some(({ typeId }) => typeId !== 0);
    this.modelMaxLength = config.modelMaxLength ?? Infinity;
    this.specialTokenCount = this.#template.specialTokenCount;
    this.largestTokenType = this.#usesTokenTypes ? Math.max(...this.#template.pieces.map(({ typeId }) => typeId)) : 0;
  }

  /**
   * Makes a tokenizer of a model's two files.
   *
   * Pairs have token types if `model_input_names` lists them; without such a list, if the template has any but 0.
   *
   * @param tokenizerJson - The parsed `tokenizer.json`. It alone decides on the ids.
   * @param tokenizerConfig - The parsed `tokenizer_config.json`; `{}` for a model without one.
   * @throws {InvalidModelFileError} If a file is malformed.
   * @throws {UnsupportedModelError} If a file asks for what would not give the reference's ids.
   */
  static fromJson(
    tokenizerJson: unknown,
    tokenizerConfig: unknown,
    paths: TokenizerPaths = defaultPaths,
  ): PairTokenizer {
    const files = parseTokenizerFiles(tokenizerJson, tokenizerConfig, paths);
    return new PairTokenizer(files, paths.tokenizerJson);
  }

  /**
   * Tokenizes one pair, truncated to a maximum length.
   *
   * @param maxLength - Tokens of the pair at most, special ones included.
   * @throws {InvalidOptionsError} If the special tokens alone are longer than `maxLength`.
   */
  tokenize(pair: TextPair, maxLength: number, options: TokenizeOptions = {}): TokenizedPair {
    return this.#tokenize(pair, maxLength, options).pair;
  }

  /**
   * Tokenizes one pair; if truncation would cut the document, passages of it instead, each as a pair with the query.
   *
   * A query leaves the document at least half of the room, rounded down: what it has beyond that is truncated.
   *
   * @returns One passage for a document that fits, even an empty one; else those of {@link splitDocument}.
   * @throws {InvalidOptionsError} If there is no room for a single token of the document.
   */
  *tokenizePassages([query, document]: TextPair, maxLength: number): Generator<TokenizedPassage> {
    if (document.length <= maxLength * hopelessCharactersPerToken) {
      const { pair, cutTokens } = this.#tokenize([query, document], maxLength, { stopsEarly: true });
      if (cutTokens === 0) {
        yield { start: 0, end: document.length, pair };
        return;
      }
    }
    yield* splitDocument(document, {
      budget: this.#documentBudget(query, maxLength),
      countTokens: (text) => this.#encode(text).length,
      tokenize: (passage) => this.#tokenize([query, passage], maxLength),
    });
  }

  /** @returns Also how many tokens of the document were cut off. */
  #tokenize(
    [query, document]: TextPair,
    maxLength: number,
    { stopsEarly = false }: TokenizeOptions = {},
  ): { pair: TokenizedPair; cutTokens: number } {
    const budget = this.#textBudget(maxLength);
    const queryIds = this.#encodeQuery(query);
    const enough = stopsEarly ? Math.max(budget, queryIds.length) + 1 : Infinity;
    const documentIds = this.#encodeUntil(document, enough);
    const kept = truncatePair({ queryLength: queryIds.length, documentLength: documentIds.length, budget });
    const { inputIds, tokenTypeIds } = assemblePair(this.#template, {
      query: queryIds.slice(0, kept.queryLength),
      document: documentIds.slice(0, kept.documentLength),
    });
    const cutTokens = documentIds.length - kept.documentLength;
    const truncatedTokens = queryIds.length - kept.queryLength + cutTokens;
    return { pair: { inputIds, ...(this.#usesTokenTypes ? { tokenTypeIds } : {}), truncatedTokens }, cutTokens };
  }

  /** Tokens of a document that are never cut, whatever the query. */
  #documentBudget(query: string, maxLength: number): number {
    const textBudget = this.#textBudget(maxLength);
    const budget = Math.max(textBudget - this.#encodeQuery(query).length, Math.floor(textBudget / 2));
    if (budget > 0) return budget;
    const reason = `must leave room for a token of the document, got ${maxLength}`;
    throw new InvalidOptionsError(`maxLength ${reason}. Raise it, or use longDocuments: "truncate".`, {
      issues: [{ path: "maxLength", reason }],
    });
  }

  #textBudget(maxLength: number): number {
    const { specialTokenCount } = this;
    if (Number.isInteger(maxLength) && maxLength >= specialTokenCount) return maxLength - specialTokenCount;
    const reason = `must be an integer of at least ${specialTokenCount}, the special tokens of a pair, got ${maxLength}`;
    throw new InvalidOptionsError(`maxLength ${reason}.`, { issues: [{ path: "maxLength", reason }] });
  }

  #encodeQuery(text: string): readonly number[] {
    if (text !== this.#lastQuery.text) this.#lastQuery = { text, ids: this.#encode(text) };
    return this.#lastQuery.ids;
  }

  /** The text's first ids: all of them, or at least `enough`. */
  #encodeUntil(text: string, enough: number): number[] {
    if (!this.#isSplittable || enough === Infinity) return this.#encode(text);
    let ids: number[] = [];
    let start = 0;
    while (start < text.length && ids.length < enough) {
      const end = findSplit(text, start + (enough - ids.length) * charactersPerToken);
      ids = ids.concat(this.#encode(text.slice(start, end)));
      start = end;
    }
    return ids;
  }

  #encode(text: string): number[] {
    return this.#encoder.encode(text, withoutSpecialTokens).ids;
  }
}

function createEncoder(json: TokenizerJson, path: string): Encoder {
  const adapted = adaptTokenizer(json, path);
  const normalizer = createNormalizer(adapted.normalizer?.normalizers ?? [], path);
  try {
    const encoder = new LibraryTokenizer(adapted, {});
    if (normalizer !== undefined) encoder.normalizer = normalizer;
    encoder.encode("a", withoutSpecialTokens); // Some malformed settings show only when they are used.
    return encoder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidField({ path, field: "" }, `@huggingface/tokenizers cannot use it: ${reason}`, { cause });
  }
}

/** What takes the place of the library's normalizer if that has a step which it does otherwise: see {@link CharsMap}. */
function createNormalizer(steps: readonly Step[], path: string): ((text: string) => string) | undefined {
  if (steps.every(({ type }) => type !== "Precompiled")) return undefined;
  const normalizers = steps.map((step): Normalizer =>
    step.type === "Precompiled" ? createCharsMap(step, path) : new LibraryNormalizer({ normalizers: [step] }),
  );
  return (text) => normalizers.reduce<string>((normalized, normalizer) => normalizer.normalize(normalized), text);
}

function createCharsMap(step: Step, path: string): CharsMap {
  const field = "normalizer.precompiled_charsmap";
  const base64 = parseField(z.string(), { value: step["precompiled_charsmap"], path, field });
  try {
    return new CharsMap(base64);
  } catch (cause) {
    throw invalidField({ path, field }, `It ${(cause as Error).message}`, { cause });
  }
}
