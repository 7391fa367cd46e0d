/**
 * A `tokenizer.json`, with types for what crossrank reads of it; all other fields pass through untouched.
 *
 * Reference: https://github.com/huggingface/tokenizers/blob/v0.22.2/tokenizers/src/tokenizer/serialization.rs
 */
import { z } from "zod";
import { parseField, tokenId } from "./parse-field.js";
import { parseModel, type TokenizerModel } from "./parse-model.js";

const anyStep = z.looseObject({
  type: z.string(),
  pattern: z.union([z.looseObject({ Regex: z.string() }), z.looseObject({ String: z.string() })]).optional(),
});

/** The library only warns on the console about a step without its pattern, and then loses the text. */
const hasItsPattern = ({ type, pattern }: z.output<typeof anyStep>) =>
  pattern !== undefined || (type !== "Split" && type !== "Replace");

const noPattern = "Split and Replace need a pattern";

const stepSchema = anyStep.refine(hasItsPattern, noPattern);

/** A `Sequence` keeps its steps under the key of its kind. */
const componentSchema = anyStep
  .extend({
    normalizers: z.array(stepSchema).optional(),
    pretokenizers: z.array(stepSchema).optional(),
    processors: z.array(stepSchema).optional(),
  })
  .refine(hasItsPattern, noPattern);

const component = componentSchema.nullable().default(null);

const addedToken = z.looseObject({
  id: tokenId,
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  rstrip: z.boolean().default(false),
});

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedToken).default([]),
  normalizer: component,
  pre_tokenizer: component,
  post_processor: component,
  truncation: z.looseObject({ direction: z.string().optional() }).nullish(),
  model: z.unknown(),
});

/** One thing that is done to a text or its tokens. */
export type Step = z.output<typeof stepSchema>;

/** A normalizer, pre-tokenizer or post-processor: one step, or a `Sequence` of them. */
export type Component = z.output<typeof componentSchema>;

/** A checked `tokenizer.json`. */
export interface TokenizerJson extends z.output<typeof tokenizerSchema> {
  model: TokenizerModel;
}

/**
 * Reads a `tokenizer.json`.
 *
 * @param json - The parsed file.
 * @param path - Where it came from, for errors.
 * @throws {InvalidModelFileError} If a field is missing or has a wrong type.
 * @throws {UnsupportedModelError} If its model is of a type that crossrank does not know.
 */
export function parseTokenizerJson(json: unknown, path: string): TokenizerJson {
  const raw = parseField(tokenizerSchema, { value: json, path, field: "" });
  return { ...raw, model: parseModel(raw.model, path) };
}

/** The steps of a component in the order they run. */
export function stepsOf(component: Component | null): Step[] {
  if (component === null) return [];
  if (component.type !== "Sequence") return [component];
  return component.normalizers ?? component.pretokenizers ?? component.processors ?? [];
}
