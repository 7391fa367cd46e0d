import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TextPair } from "../../../src/tokenization/index.js";
import { loadTokenizer, readJson } from "./read-json.js";

/** `golden.json` of a model: the reference's ids for some pairs. */
interface Golden {
  pairs: TextPair[];
  input_ids: number[][];
  token_type_ids?: number[][];
}

interface GoldenScores {
  pairs: TextPair[];
  models: Record<"tiny-reranker" | "tiny-nli", Golden & { max_length_24: Golden }>;
}

interface GoldenCase {
  query: string;
  document: string;
  max_length: number;
  ids: number[];
}

const modernBert = "../shared/fixtures/modernbert-tokenizer";
const hasModernBert = existsSync(`${import.meta.dirname}/../../../${modernBert}`);

function idsOf(folder: string, pairs: readonly TextPair[], maxLength: number): number[][] {
  const tokenizer = loadTokenizer(folder);
  return pairs.map((pair) => [...tokenizer.tokenize(pair, maxLength).inputIds]);
}

describe.each(["tiny-reranker", "tiny-nli"] as const)("%s", (name) => {
  const { pairs, models } = readJson("test/fixtures/golden_scores.json") as GoldenScores;

  test("gives the reference's ids for whole pairs", () => {
    expect(idsOf(`test/fixtures/${name}`, pairs, 8192)).toEqual(models[name].input_ids);
  });

  test("gives the reference's ids for pairs cut to 24 tokens", () => {
    expect(idsOf(`test/fixtures/${name}`, pairs, 24)).toEqual(models[name].max_length_24.input_ids);
  });
});

test("gives the reference's ids for tiny-modular", () => {
  const golden = readJson("test/fixtures/tiny-modular/golden.json") as Golden;
  expect(idsOf("test/fixtures/tiny-modular", golden.pairs, 8192)).toEqual(golden.input_ids);
});

test("gives the reference's ids and token types for tiny-bert", () => {
  const golden = readJson("test/fixtures/tiny-bert/golden.json") as Golden;
  const tokenizer = loadTokenizer("test/fixtures/tiny-bert");
  const tokenized = golden.pairs.map((pair) => tokenizer.tokenize(pair, 512));
  expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.input_ids);
  expect(tokenized.map(({ tokenTypeIds }) => [...(tokenTypeIds ?? [])])).toEqual(golden.token_type_ids);
});

test("gives the reference's ids for the embedded model", () => {
  const golden = readJson("test/fixtures/nano-golden.json") as Golden;
  expect(idsOf("models/nano", golden.pairs, 8192)).toEqual(golden.input_ids);
});

/** Ids by tokenizers 0.22.2. JavaScript's `\s` lacks U+0085, an ellipsis in badly decoded text, and has U+FEFF, the BOM. */
test.each([
  { document: "so \u0085on", ids: [2, 1230, 3, 525, 225, 131, 232, 265, 3] },
  { document: "a \u00a0\ufeffb", ids: [2, 1230, 3, 69, 225, 131, 259, 176, 124, 128, 70, 3] },
  { document: "\ufeffTitle", ids: [2, 1230, 3, 176, 124, 128, 56, 279, 296, 3] },
])("takes white space in $document as the reference does", ({ document, ids }) => {
  expect(idsOf("models/nano", [["iron", document]], 8192)).toEqual([ids]);
});

describe.skipIf(!hasModernBert)("ModernBERT's vocabulary (skipped where ../shared does not have it)", () => {
  test.each([{ stopsEarly: false }, { stopsEarly: true }])(
    "gives the reference's ids for 160 pairs with %o",
    (options) => {
      const { cases } = readJson(`${modernBert}/golden-pairs.json`) as { cases: GoldenCase[] };
      const tokenizer = loadTokenizer(modernBert);
      expect(cases).toHaveLength(160);
      for (const { query, document, max_length: maxLength, ids } of cases) {
        expect(
          [...tokenizer.tokenize([query, document], maxLength, options).inputIds],
          `${query} | ${document}`,
        ).toEqual(ids);
      }
    },
  );
});
