import type { PairTokens, StreamTensor } from "./plan-stream.js";

/** Inputs that a padded graph may have, all int64 [batch, sequence]. */
export const paddedInputs = ["input_ids", "attention_mask", "token_type_ids", "position_ids"] as const;

export type PaddedInput = (typeof paddedInputs)[number];

/** What a padded graph asks for. */
export interface PaddedShape {
  inputs: readonly PaddedInput[];
  /** What stands in `input_ids` after a pair's end: some graphs tell padding by it. */
  padTokenId: number;
  /** Position of the first token. */
  positionOffset: number;
}

/**
 * Lays a micro-batch out as exporters' graphs take it: a row a pair, on its right padded to the longest.
 *
 * @param pairs - In the order of the logits' rows; each of at least one token.
 * @returns Tensors by input name, int64 [pairs, longest].
 */
export function planPadded(pairs: readonly PairTokens[], shape: PaddedShape): Record<string, StreamTensor> {
  const longest = pairs.reduce((length, { inputIds }) => Math.max(length, inputIds.length), 0);
  const dims = [pairs.length, longest];
  const valueOf = valuesOf(shape);
  const tensors = shape.inputs.map((name): [string, StreamTensor] => {
    const data = new BigInt64Array(pairs.length * longest).fill(BigInt(valueOf[name].padding));
    for (const [row, pair] of pairs.entries()) {
      const start = row * longest;
      for (let index = 0; index < pair.inputIds.length; index++) {
        data[start + index] = BigInt(valueOf[name].at(pair, index));
      }
    }
    return [name, { type: "int64", data, dims }];
  });
  return Object.fromEntries(tensors);
}

interface InputValues {
  padding: number;
  at(pair: PairTokens, index: number): number;
}

function valuesOf({ padTokenId, positionOffset }: PaddedShape): Record<PaddedInput, InputValues> {
  return {
    input_ids: { padding: padTokenId, at: ({ inputIds }, index) => inputIds[index] as number },
    attention_mask: { padding: 0, at: () => 1 },
    token_type_ids: { padding: 0, at: ({ tokenTypeIds }, index) => tokenTypeIds?.[index] ?? 0 },
    // The row of the table that is padding's own, or any: the mask hides it.
    position_ids: { padding: Math.max(0, positionOffset - 1), at: (_, index) => positionOffset + index },
  };
}
