/**
 * Where a pair's texts and special tokens stand, from the `post_processor` of a `tokenizer.json`.
 *
 * Reference: https://github.com/huggingface/tokenizers/tree/v0.22.2/tokenizers/src/processors
 */
import { z } from "zod";
import { invalidField, parseField, requireSupported, tokenId } from "./parse-field.js";
import { type Component, type Step, stepsOf } from "./tokenizer-json.js";

/** A stretch of a pair's tokens: one of its texts, or special tokens that are the same for all pairs. */
export interface TemplatePiece {
  source: "query" | "document" | readonly number[];
  /** Token type of all its tokens. */
  typeId: number;
}

/** How the tokens of a pair are put together. */
export interface PairTemplate {
  /** Query and document occur once each. */
  pieces: readonly TemplatePiece[];
  /** Tokens that every pair has beyond those of its texts. */
  specialTokenCount: number;
}

const supportedTypes = ["TemplateProcessing", "BertProcessing", "RobertaProcessing"];

/** Such as BERT's segments: 0 for the query, 1 for the document. */
const typeId = z.int32().nonnegative();

const templateSchema = z.looseObject({
  pair: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string(), type_id: typeId }) }),
      z.object({ Sequence: z.object({ id: z.enum(["A", "B"]), type_id: typeId }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(tokenId) })),
});

const namedToken = z.tuple([z.string(), tokenId]);

const clsAndSepSchema = z.looseObject({ cls: namedToken, sep: namedToken });

/**
 * Reads how a pair is assembled.
 *
 * @param postProcessor - One of TemplateProcessing, BertProcessing and RobertaProcessing, or a Sequence with one of them.
 * @param path - The file it came from, for errors.
 * @throws {UnsupportedModelError} If it has no template for pairs, or one that does not use each text once.
 * @throws {InvalidModelFileError} If the template is malformed.
 */
export function parsePairTemplate(postProcessor: Component | null, path: string): PairTemplate {
  const steps = stepsOf(postProcessor).filter(({ type }) => type !== "ByteLevel"); // It changes offsets only.
  const types = steps.map(({ type }) => type).join(", ") || (postProcessor?.type ?? null);
  requireSupported(supportedTypes, { value: types, path, field: "post_processor.type" });

  const pieces = steps.flatMap((step) => readPieces(step, path));
  const texts = pieces.flatMap(({ source }) => (typeof source === "string" ? [source] : []));
  requireSupported(["query, document", "document, query"], {
    value: texts.join(", "),
    path,
    field: "post_processor.pair",
  });
  const specialTokens = pieces.flatMap(({ source }) => (typeof source === "string" ? [] : source));
  return { pieces, specialTokenCount: specialTokens.length };
}

function readPieces(step: Step, path: string): TemplatePiece[] {
  if (step.type === "TemplateProcessing") return readTemplate(step, path);
  const { cls, sep } = parseField(clsAndSepSchema, { value: step, path, field: "post_processor" });
  const isBert = step.type === "BertProcessing";
  const documentType = isBert ? 1 : 0;
  return [
    { source: [cls[1]], typeId: 0 },
    { source: "query", typeId: 0 },
    { source: isBert ? [sep[1]] : [sep[1], sep[1]], typeId: 0 },
    { source: "document", typeId: documentType },
    { source: [sep[1]], typeId: documentType },
  ];
}

function readTemplate(step: Step, path: string): TemplatePiece[] {
  const field = "post_processor";
  const { pair, special_tokens: specialTokens } = parseField(templateSchema, { value: step, path, field });
  return pair.map((item) => {
    if ("Sequence" in item) {
      return { source: item.Sequence.id === "A" ? "query" : "document", typeId: item.Sequence.type_id };
    }
    const { id, type_id: typeId } = item.SpecialToken;
    const ids = specialTokens[id]?.ids;
    if (ids === undefined) {
      throw invalidField({ path, field: `${field}.special_tokens` }, `It lacks "${id}" of the pair template`);
    }
    return { source: ids, typeId };
  });
}
