import type { PairTemplate } from "./pair-template.js";

/** Token ids of a pair's two texts, after truncation and without special tokens. */
export interface TextIds {
  query: readonly number[];
  document: readonly number[];
}

/** One pair as the model takes it. */
export interface PairIds {
  inputIds: Int32Array;
  /** Tells the two texts apart for models such as BERT; as long as `inputIds`. */
  tokenTypeIds: Int32Array;
}

/** Puts two texts and the template's special tokens in their order. */
export function assemblePair(template: PairTemplate, texts: TextIds): PairIds {
  const length = template.specialTokenCount + texts.query.length + texts.document.length;
  const inputIds = new Int32Array(length);
  const tokenTypeIds = new Int32Array(length);
  let offset = 0;
  for (const { source, typeId } of template.pieces) {
    const ids = typeof source === "string" ? texts[source] : source;
    inputIds.set(ids, offset);
    tokenTypeIds.fill(typeId, offset, offset + ids.length);
    offset += ids.length;
  }
  return { inputIds, tokenTypeIds };
}
