import { z } from "zod";
import { parseField, requireSupported, tokenId } from "./parse-field.js";

/** The `model` of a `tokenizer.json`: its vocabulary, and how it cuts a word into tokens. */
export interface TokenizerModel {
  type: string;
  /** Whether unknown tokens in a row become one. */
  fuse_unk?: unknown;
}

/** Not `z.record`, which copies all tokens and drops the one called `__proto__`. */
const vocabulary = z.custom<Record<string, number>>(isVocabulary, "expected an object of tokens and their ids");

const unknownToken = "unk_token must be in vocab";

const modelSchemas = {
  BPE: z
    .looseObject({
      vocab: vocabulary,
      merges: z.union([z.array(z.string()), z.array(z.tuple([z.string(), z.string()]))]),
      unk_token: z.string().nullish(),
    })
    .refine(({ vocab, unk_token: token }) => token == null || Object.hasOwn(vocab, token), unknownToken),
  WordPiece: z
    .looseObject({
      vocab: vocabulary,
      unk_token: z.string(),
      continuing_subword_prefix: z.string(),
    })
    .refine(({ vocab, unk_token: token }) => Object.hasOwn(vocab, token), unknownToken),
  Unigram: z
    .looseObject({ vocab: z.array(z.tuple([z.string(), z.number()])), unk_id: tokenId })
    .refine(({ vocab, unk_id: id }) => id < vocab.length, "unk_id must be in vocab"),
};

const untypedSchema = z.looseObject({ type: z.string().optional() });

/**
 * Checks the `model` of a `tokenizer.json`.
 *
 * @throws {InvalidModelFileError} If the vocabulary, the merges or the unknown token are missing or malformed.
 * @throws {UnsupportedModelError} If it is none of BPE, WordPiece and Unigram.
 */
export function parseModel(value: unknown, path: string): TokenizerModel {
  const untyped = parseField(untypedSchema, { value, path, field: "model" });
  const type = untyped.type ?? inferType(untyped);
  requireSupported(Object.keys(modelSchemas), { value: type, path, field: "model.type" });
  const schema = modelSchemas[type as keyof typeof modelSchemas];
  return { ...parseField<z.ZodObject>(schema, { value, path, field: "model" }), type };
}

/** Older files do not name the type; the reference still reads them. */
function inferType(model: Record<string, unknown>): string {
  if (Array.isArray(model["vocab"])) return "Unigram";
  return "merges" in model ? "BPE" : "WordPiece";
}

/** Checked by hand, for it may have 250,000 ids: each must be a `tokenId`. */
function isVocabulary(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((id) => typeof id === "number" && id >= 0 && id === (id | 0));
}
