import { describe, expect, test } from "vitest";

import type { CrossrankError } from "../../../../src/errors/index.js";
import { parseModernBertConfig } from "../../../../src/architectures/modernbert/modernbert-config.js";
import { thrownBy } from "../../../helpers/thrown-by.js";

const source = { path: "/model/config.json", labelCount: 1 };

function parse(json: unknown) {
  return parseModernBertConfig(json, source);
}

function errorOf(json: unknown): Promise<CrossrankError> {
  return thrownBy(() => parse(json));
}

test("a config without any field is ModernBERT-base", () => {
  expect(parse({})).toEqual({
    hiddenSize: 768,
    headCount: 12,
    intermediateSize: 1152,
    vocabularySize: 50_368,
    labelCount: 1,
    maxPositions: 8192,
    layerKinds: Array.from({ length: 22 }, (_, index) => (index % 3 === 0 ? "global" : "local")),
    localRadius: 64,
    ropeTheta: { global: 160_000, local: 10_000 },
    normEpsilon: 1e-5,
    tensorPrefix: "model.",
    pooling: "cls",
    hasAttentionBias: false,
    hasMlpBias: false,
    hasNormBias: false,
    hasHeadBias: false,
  });
});

test("every field is read", () => {
  const json = {
    hidden_size: 32,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    intermediate_size: 48,
    vocab_size: 420,
    max_position_embeddings: 64,
    classifier_pooling: "mean",
    norm_eps: 1e-6,
    norm_bias: true,
    attention_bias: true,
    mlp_bias: true,
    classifier_bias: true,
    local_attention: 16,
    global_attn_every_n_layers: 2,
    global_rope_theta: 80_000,
    local_rope_theta: 5000,
    pad_token_id: 3,
  };
  expect(parseModernBertConfig(json, { ...source, labelCount: 3 })).toEqual({
    hiddenSize: 32,
    headCount: 4,
    intermediateSize: 48,
    vocabularySize: 420,
    labelCount: 3,
    maxPositions: 64,
    layerKinds: ["global", "local"],
    localRadius: 8,
    ropeTheta: { global: 80_000, local: 5000 },
    normEpsilon: 1e-6,
    tensorPrefix: "model.",
    pooling: "mean",
    hasAttentionBias: true,
    hasMlpBias: true,
    hasNormBias: true,
    hasHeadBias: true,
  });
});

describe("the encoder of a chain of modules", () => {
  const dense = { kind: "dense", name: "2_Dense.linear", hasBias: true, activation: "identity" } as const;
  const head = { pooling: "max", steps: [{ ...dense, inputSize: 32, outputSize: 1 }] } as const;
  const sizes = { hidden_size: 32, num_attention_heads: 4 };

  test("has tensors without the classifier's prefix, and the head of the modules", () => {
    const config = parseModernBertConfig(sizes, { ...source, head });
    expect(config).toMatchObject({ tensorPrefix: "", savedHead: head });
  });

  test("may name a head of its own that crossrank does not have", () => {
    const fields = { classifier_pooling: "attention", classifier_activation: "silu" };
    expect(parseModernBertConfig({ ...sizes, ...fields }, { ...source, head }).savedHead).toBe(head);
  });

  test("must be as wide as the first module takes", async () => {
    const error = await thrownBy(() => parseModernBertConfig({ ...sizes, hidden_size: 64 }, { ...source, head }));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain("hidden_size is 64, but the chain's 2_Dense.linear takes 32");
  });
});

describe("layer kinds", () => {
  test.each<[string, object, string[]]>([
    ["every layer is global", { num_hidden_layers: 3, global_attn_every_n_layers: 1 }, ["global", "global", "global"]],
    ["only the first is global", { num_hidden_layers: 3, global_attn_every_n_layers: 9 }, ["global", "local", "local"]],
    [
      "layer_types wins",
      { num_hidden_layers: 2, layer_types: ["sliding_attention", "full_attention"], global_attn_every_n_layers: 1 },
      ["local", "global"],
    ],
    ["null layer_types says nothing", { num_hidden_layers: 1, layer_types: null }, ["global"]],
  ])("%s", (_, json, kinds) => {
    expect(parse(json).layerKinds).toEqual(kinds);
  });

  test("must be as many as there are layers", async () => {
    const error = await errorOf({ num_hidden_layers: 2, layer_types: ["full_attention"] });
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain("/model/config.json: layer_types has 1 entries, num_hidden_layers is 2");
  });
});

test.each([
  [128, 64],
  [16, 8],
  [17, 8],
  [1, 0],
])("a window of %i tokens reaches %i to each side", (local_attention, localRadius) => {
  expect(parse({ local_attention }).localRadius).toBe(localRadius);
});

describe("rotary bases", () => {
  const full = { rope_theta: 80_000, rope_type: "default" };
  const sliding = { rope_theta: 5000, rope_type: "default" };

  test.each<[string, object, { global: number; local: number }]>([
    ["old keys", { global_rope_theta: 80_000, local_rope_theta: 5000 }, { global: 80_000, local: 5000 }],
    ["an old key alone", { global_rope_theta: 80_000 }, { global: 80_000, local: 10_000 }],
    [
      "null for the local one: the global",
      { global_rope_theta: 80_000, local_rope_theta: null },
      { global: 80_000, local: 80_000 },
    ],
    [
      "new keys",
      { rope_parameters: { full_attention: full, sliding_attention: sliding } },
      { global: 80_000, local: 5000 },
    ],
    [
      "new keys rather than old ones",
      {
        rope_parameters: { full_attention: full, sliding_attention: sliding },
        global_rope_theta: 1,
        local_rope_theta: 2,
      },
      { global: 80_000, local: 5000 },
    ],
    [
      "a new key and an old one",
      { rope_parameters: { full_attention: full }, local_rope_theta: 5000 },
      { global: 80_000, local: 5000 },
    ],
    [
      "new keys that are null, or only name the type",
      { rope_parameters: { full_attention: { rope_type: "default" }, sliding_attention: null } },
      { global: 160_000, local: 10_000 },
    ],
    ["null for both", { rope_parameters: null, rope_scaling: null }, { global: 160_000, local: 10_000 }],
    [
      "scaling of the default type, which is none",
      { rope_scaling: { type: "default" } },
      { global: 160_000, local: 10_000 },
    ],
  ])("are those of %s", (_, json, ropeTheta) => {
    expect(parse(json).ropeTheta).toEqual(ropeTheta);
  });
});

describe("what the graph does not do", () => {
  test.each<[string, object, string, string]>([
    ["another activation", { hidden_activation: "relu" }, "hidden_activation", "relu"],
    ["the approximated activation", { hidden_activation: "gelu_new" }, "hidden_activation", "gelu_new"],
    ["another activation of the head", { classifier_activation: "tanh" }, "classifier_activation", "tanh"],
    ["another pooling", { classifier_pooling: "max" }, "classifier_pooling", "max"],
    [
      "scaled rotary positions of global layers",
      { rope_parameters: { full_attention: { rope_theta: 1, rope_type: "yarn" } } },
      "rope_parameters.full_attention.rope_type",
      "yarn",
    ],
    [
      "scaled rotary positions of local layers",
      { rope_parameters: { sliding_attention: { rope_theta: 1, type: "linear" } } },
      "rope_parameters.sliding_attention.rope_type",
      "linear",
    ],
    [
      "scaled rotary positions, by the old key",
      { rope_scaling: { type: "dynamic" } },
      "rope_scaling.rope_type",
      "dynamic",
    ],
  ])("is refused by name: %s", async (_, json, field, value) => {
    const error = await errorOf(json);
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toMatch(new RegExp(`config\\.json: ${field} must be .*, got "${value}"`));
    expect(error.details).toMatchObject({ field, value });
  });
});

describe("a damaged config", () => {
  test.each<[string, unknown, string]>([
    ["no object", [], "the file"],
    ["null", null, "the file"],
    ["a text for a number", { hidden_size: "768" }, "hidden_size"],
    ["0 layers", { num_hidden_layers: 0 }, "num_hidden_layers"],
    ["half a head", { num_attention_heads: 1.5 }, "num_attention_heads"],
    ["a negative size", { intermediate_size: -1 }, "intermediate_size"],
    ["a vocabulary that is not a safe integer", { vocab_size: 1e300 }, "vocab_size"],
    ["layers without end", { num_hidden_layers: 2 ** 53 - 1 }, "num_hidden_layers"],
    ["positions without end", { max_position_embeddings: 2 ** 40 }, "max_position_embeddings"],
    ["-1 positions", { max_position_embeddings: -1 }, "max_position_embeddings"],
    ["a window of 0", { local_attention: 0 }, "local_attention"],
    ["a period of 0", { global_attn_every_n_layers: 0 }, "global_attn_every_n_layers"],
    ["an unknown kind of layer", { layer_types: ["chunked_attention"] }, "layer_types.0"],
    ["a bias that is a number", { mlp_bias: 1 }, "mlp_bias"],
    ["an epsilon of 0", { norm_eps: 0 }, "norm_eps"],
    ["a base near 0", { local_rope_theta: 1e-30 }, "local_rope_theta"],
    ["an infinite base", { global_rope_theta: Infinity }, "global_rope_theta"],
    [
      "a base of 0",
      { rope_parameters: { full_attention: { rope_theta: 0 } } },
      "rope_parameters.full_attention.rope_theta",
    ],
  ])("is refused by its field: %s", async (_, json, field) => {
    const error = await errorOf(json);
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`/model/config.json is not a ModernBERT config. ${field}: `);
    expect(error.details["path"]).toBe("/model/config.json");
  });

  test.each([
    ["sizes that leave a rest", { hidden_size: 768, num_attention_heads: 11 }],
    ["heads of an odd size, which cannot be rotated", { hidden_size: 12, num_attention_heads: 4 }],
  ])("is refused for heads: %s", async (_, json) => {
    const error = await errorOf(json);
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(
      `hidden_size ${json.hidden_size} must give num_attention_heads ${json.num_attention_heads}`,
    );
  });

  test("names every bad field at once", async () => {
    const error = await errorOf({ hidden_size: "768", vocab_size: 0 });
    expect(error.message).toMatch(/hidden_size: .*; vocab_size: /);
  });
});
