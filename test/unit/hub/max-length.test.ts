import { expect, test } from "vitest";

import { resolveMaxLength, type MaxLengthSources } from "../../../src/hub/max-length.js";
import { thrownBy } from "../../helpers/thrown-by.js";

test.each<[string, MaxLengthSources, number]>([
  [
    "processing_kwargs before all others",
    { savedProcessing: 10, option: 20, savedModule: 30, tokenizer: 40, positions: 50 },
    10,
  ],
  ["the option before max_seq_length", { option: 20, savedModule: 10, tokenizer: 5, positions: 50 }, 20],
  ["max_seq_length before the tokenizer's", { savedModule: 30, tokenizer: 10, positions: 50 }, 30],
  ["the tokenizer's before the positions", { tokenizer: 40, positions: 50 }, 40],
  ["the positions, if nothing else is set", { positions: 50 }, 50],
  ["the tokenizer's, capped by the positions", { tokenizer: 60, positions: 50 }, 50],
  ["the positions, if the tokenizer has the sentinel for none", { tokenizer: 1e30, positions: 8192 }, 8192],
  ["the tokenizer's alone, if -1 says that positions set no limit", { tokenizer: 512, positions: -1 }, 512],
  ["the option, if -1 says that positions set no limit", { option: 100_000, positions: -1 }, 100_000],
  ["XLM-R's 512 of 514 positions", { tokenizer: 512, positions: 514 }, 512],
  ["256 for XLM-R, if it is asked for", { option: 256, tokenizer: 512, positions: 514 }, 256],
  ["an option equal to the positions", { option: 50, positions: 50 }, 50],
])("is %s", (_, sources, maxLength) => {
  expect(resolveMaxLength(sources)).toBe(maxLength);
});

test.each<[string, Omit<MaxLengthSources, "positions">]>([
  ["processing_kwargs in sentence_bert_config.json", { savedProcessing: 65, option: 10 }],
  ["the option maxLength", { option: 65, savedModule: 10 }],
  ["max_seq_length in sentence_bert_config.json", { savedModule: 65, tokenizer: 10 }],
])("refuses more than the positions, set by %s", async (origin, sources) => {
  const error = await thrownBy(() => resolveMaxLength({ ...sources, positions: 64 }));
  expect(error.code).toBe("INVALID_OPTIONS");
  expect(error.message).toContain("at most 64");
  expect(error.message).toContain("got 65");
  expect(error.message).toContain(`set by ${origin}.`);
  expect(error.details).toEqual({ maxLength: 65, positions: 64 });
});
