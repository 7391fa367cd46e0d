import { expect, test } from "vitest";

import { paddedInputs, planPadded } from "../../../src/planning/plan-padded.js";
import { positionOffset } from "../../../src/planning/position-offset.js";

const pairs = [
  { inputIds: [5, 6, 7], tokenTypeIds: [0, 1, 1] },
  { inputIds: [8], tokenTypeIds: [1] },
];
const rows = (...values: number[]) => ({ type: "int64", data: BigInt64Array.from(values, BigInt), dims: [2, 3] });

test("pads to the longest on the right", () => {
  expect(planPadded(pairs, { inputs: paddedInputs, padTokenId: 9, positionOffset: 0 })).toEqual({
    input_ids: rows(5, 6, 7, 8, 9, 9),
    attention_mask: rows(1, 1, 1, 1, 0, 0),
    token_type_ids: rows(0, 1, 1, 1, 0, 0),
    position_ids: rows(0, 1, 2, 0, 0, 0),
  });
});

test("counts positions as RoBERTa does", () => {
  const { position_ids: positions } = planPadded(pairs, { inputs: ["position_ids"], padTokenId: 1, positionOffset: 2 });
  expect(positions).toEqual(rows(2, 3, 4, 2, 1, 1));
});

test("feeds only what is asked for, and token types of 0 to a graph that asks where the tokenizer has none", () => {
  const plain = pairs.map(({ inputIds }) => ({ inputIds }));
  const shape = { inputs: ["input_ids", "token_type_ids"], padTokenId: 0, positionOffset: 0 } as const;
  expect(planPadded(plain, shape)).toEqual({
    input_ids: rows(5, 6, 7, 8, 0, 0),
    token_type_ids: rows(0, 0, 0, 0, 0, 0),
  });
});

test.each([
  [{}, 0],
  [{ model_type: "bert", pad_token_id: 0 }, 0],
  [{ model_type: "modernbert", pad_token_id: 50_283 }, 0],
  [{ model_type: "xlm-roberta", pad_token_id: 1 }, 2],
  [{ model_type: "roberta" }, 2],
  [{ model_type: "roberta", pad_token_id: 0 }, 1],
  [{ model_type: "roberta", pad_token_id: null }, 2],
])("positions of %j start at %i", (config, offset) => {
  expect(positionOffset(config)).toBe(offset);
});
