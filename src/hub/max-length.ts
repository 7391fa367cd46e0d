import { InvalidOptionsError } from "../errors/index.js";

/** Everything that may set a model's maximum length, in tokens of a whole pair. Absent fields do not decide. */
export interface MaxLengthSources {
  /** `processing_kwargs.text.max_length` of `sentence_bert_config.json`. */
  savedProcessing?: number | undefined;
  /** The caller's `maxLength`. */
  option?: number | undefined;
  /** `max_seq_length` of `sentence_bert_config.json`. */
  savedModule?: number | undefined;
  /** The file that holds the saved ones, if it is not that. */
  lengthFile?: string | undefined;
  /** `model_max_length` of `tokenizer_config.json`; 1e30 stands for "none". */
  tokenizer?: number | undefined;
  /** Rows of the position table; -1 for "none". */
  positions: number;
}

/**
 * Decides the maximum length of a pair, special tokens included, in sentence-transformers' order: what is named first in
 * {@link MaxLengthSources} wins. The tokenizer's own limit is capped by the position table.
 *
 * @throws {InvalidOptionsError} If the deciding value is above the position table: the reference would read past it.
 */
export function resolveMaxLength(sources: MaxLengthSources): number {
  const positions = sources.positions === -1 ? Infinity : sources.positions;
  const explicit = sources.savedProcessing ?? sources.option ?? sources.savedModule;
  if (explicit === undefined) return Math.min(sources.tokenizer ?? Infinity, positions);
  if (explicit <= positions) return explicit;
  throw new InvalidOptionsError(
    `The maximum length must be at most ${positions}, the positions the model was trained with, got ${explicit}. ` +
      `It is set by ${originOf(sources)}.`,
    { maxLength: explicit, positions },
  );
}

function originOf(sources: MaxLengthSources): string {
  const file = sources.lengthFile ?? "sentence_bert_config.json";
  if (sources.savedProcessing !== undefined) return `processing_kwargs in ${file}`;
  return sources.option === undefined ? `max_seq_length in ${file}` : "the option maxLength";
}
