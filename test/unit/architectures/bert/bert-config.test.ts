import { describe, expect, test } from "vitest";
import {
  parseBertConfig,
  parseDistilBertConfig,
  parseElectraConfig,
  parseRobertaConfig,
} from "../../../../src/architectures/bert/bert-config.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

const source = { path: "/model/config.json", labelCount: 1 };

const sizes = {
  hidden_size: 8,
  num_attention_heads: 2,
  num_hidden_layers: 3,
  intermediate_size: 6,
  vocab_size: 10,
  max_position_embeddings: 16,
};

const distilSizes = { dim: 8, n_heads: 2, n_layers: 3, hidden_dim: 6, vocab_size: 10, max_position_embeddings: 16 };

const config = {
  hiddenSize: 8,
  embeddingSize: 8,
  headCount: 2,
  layerCount: 3,
  intermediateSize: 6,
  vocabularySize: 10,
  labelCount: 1,
  positionRows: 16,
  paddingId: undefined,
  tokenTypeCount: 2,
  activation: "gelu",
  normEpsilon: 1e-12,
};

test("a config of sizes alone has BERT's defaults", () => {
  expect(parseBertConfig(sizes, source)).toEqual(config);
});

test("RoBERTa counts positions from behind its padding, whose id is 1 if the file is silent", () => {
  expect(parseRobertaConfig(sizes, source)).toEqual({ ...config, paddingId: 1 });
  expect(parseRobertaConfig({ ...sizes, pad_token_id: 4, type_vocab_size: 1 }, source)).toEqual({
    ...config,
    paddingId: 4,
    tokenTypeCount: 1,
  });
});

test("BERT's padding id says nothing of positions", () => {
  expect(parseBertConfig({ ...sizes, pad_token_id: 4 }, source).paddingId).toBeUndefined();
});

test("ELECTRA's embeddings have a width of their own", () => {
  expect(parseElectraConfig({ ...sizes, embedding_size: 4 }, source)).toEqual({ ...config, embeddingSize: 4 });
});

test("DistilBERT has other names for sizes, and no token types", () => {
  expect(parseDistilBertConfig(distilSizes, source)).toEqual({ ...config, tokenTypeCount: 0 });
});

test.each([
  ["gelu", "gelu"],
  ["gelu_new", "geluTanh"],
  ["gelu_fast", "geluTanh"],
  ["gelu_pytorch_tanh", "geluTanh"],
  ["relu", "relu"],
])("hidden_act %s is %s", (hidden_act, activation) => {
  expect(parseBertConfig({ ...sizes, hidden_act }, source).activation).toBe(activation);
  expect(parseDistilBertConfig({ ...distilSizes, activation: hidden_act }, source).activation).toBe(activation);
});

describe("what the graph does not do", () => {
  test.each<[object, string, unknown]>([
    [{ position_embedding_type: "relative_key_query" }, "position_embedding_type", "relative_key_query"],
    [{ hidden_act: "silu" }, "hidden_act", "silu"],
    [{ hidden_act: "constructor" }, "hidden_act", "constructor"],
    [{ is_decoder: true }, "is_decoder", true],
  ])("is refused by name: %j", async (change, field, value) => {
    for (const parse of [parseBertConfig, parseRobertaConfig, parseElectraConfig]) {
      const error = await thrownBy(() => parse({ ...sizes, ...change }, source));
      expect(error.code).toBe("UNSUPPORTED_MODEL");
      expect(error.message).toContain(`config.json: ${field} must be`);
      expect(error.details).toMatchObject({ field, value });
    }
  });
});

describe("a damaged config", () => {
  test.each<[object, string]>([
    [{ hidden_size: undefined }, "hidden_size"],
    [{ num_hidden_layers: 1e9 }, "num_hidden_layers"],
    [{ max_position_embeddings: 0 }, "max_position_embeddings"],
    [{ type_vocab_size: 0 }, "type_vocab_size"],
    [{ layer_norm_eps: 0 }, "layer_norm_eps"],
    [{ hidden_act: null }, "hidden_act"],
  ])("is refused by its field: %j", async (change, field) => {
    const error = await thrownBy(() => parseBertConfig({ ...sizes, ...change }, source));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`/model/config.json is not a BERT config. ${field}: `);
  });

  test.each<[typeof parseBertConfig, object, string]>([
    [
      parseBertConfig,
      { ...sizes, num_attention_heads: 3 },
      "hidden_size 8 must be a multiple of num_attention_heads 3",
    ],
    [parseDistilBertConfig, { ...distilSizes, n_heads: 3 }, "dim 8 must be a multiple of n_heads 3"],
    [
      parseRobertaConfig,
      { ...sizes, pad_token_id: 15 },
      "max_position_embeddings 16 must leave positions behind pad_token_id 15",
    ],
  ])("is refused for fields that contradict each other", async (parse, json, message) => {
    const error = await thrownBy(() => parse(json, source));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`/model/config.json: ${message}.`);
  });
});
