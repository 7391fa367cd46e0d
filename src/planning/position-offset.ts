/** As much of a `config.json` as tells where positions start. */
export interface PositionConfig {
  model_type?: string | null | undefined;
  /** The class, where the type is not said. */
  architecture?: string | undefined;
  pad_token_id?: number | null | undefined;
}

/** Types whose position table begins with rows that no token uses: transformers' `create_position_ids_from_input_ids`. */
const typesWithOffset = new Set([
  "camembert",
  "data2vec-text",
  "longformer",
  "mpnet",
  "roberta",
  "roberta-prelayernorm",
  "xlm-roberta",
  "xlm-roberta-xl",
  "xmod",
]);

const classesWithOffset = /^(?:XLM)?RobertaFor/;

/** What those types assume of a config that leaves it out. */
const defaultPadTokenId = 1;

/**
 * The position of a pair's first token: 0, or one after the padding's where a model counts as RoBERTa does.
 *
 * As many rows of the position table are lost to pairs.
 */
export function positionOffset({ model_type: type, architecture, pad_token_id: padTokenId }: PositionConfig): number {
  const hasOffset = typesWithOffset.has(type ?? "") || classesWithOffset.test(architecture ?? "");
  return hasOffset ? positionsBefore(padTokenId ?? defaultPadTokenId) : 0;
}

/** Rows of a position table up to the padding token's, which is where such a model counts from. */
export function positionsBefore(paddingId: number): number {
  return paddingId + 1;
}
