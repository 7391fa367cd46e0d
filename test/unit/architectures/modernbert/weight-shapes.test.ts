import { expect, test } from "vitest";

import { modernBertWeightShapes } from "../../../../src/architectures/modernbert/weight-shapes.js";
import { tinyConfig, withEveryBias } from "../../../helpers/tiny-modernbert.js";

test("a checkpoint without biases holds these tensors, and layer 0 has no norm before its attention", () => {
  expect(Object.fromEntries(modernBertWeightShapes(tinyConfig))).toEqual({
    "model.embeddings.tok_embeddings.weight": [10, 8],
    "model.embeddings.norm.weight": [8],
    "model.layers.0.attn.Wqkv.weight": [24, 8],
    "model.layers.0.attn.Wo.weight": [8, 8],
    "model.layers.0.mlp_norm.weight": [8],
    "model.layers.0.mlp.Wi.weight": [12, 8],
    "model.layers.0.mlp.Wo.weight": [8, 6],
    "model.layers.1.attn_norm.weight": [8],
    "model.layers.1.attn.Wqkv.weight": [24, 8],
    "model.layers.1.attn.Wo.weight": [8, 8],
    "model.layers.1.mlp_norm.weight": [8],
    "model.layers.1.mlp.Wi.weight": [12, 8],
    "model.layers.1.mlp.Wo.weight": [8, 6],
    "model.final_norm.weight": [8],
    "head.dense.weight": [8, 8],
    "head.norm.weight": [8],
    "classifier.weight": [3, 8],
    "classifier.bias": [3],
  });
});

test.each([
  [
    "hasNormBias",
    ["model.embeddings.norm", "model.layers.1.attn_norm", "model.layers.0.mlp_norm", "model.final_norm", "head.norm"],
    8,
  ],
  ["hasAttentionBias", ["model.layers.0.attn.Wo", "model.layers.1.attn.Wo"], 8],
  ["hasAttentionBias", ["model.layers.0.attn.Wqkv", "model.layers.1.attn.Wqkv"], 24],
  ["hasMlpBias", ["model.layers.0.mlp.Wo", "model.layers.1.mlp.Wo"], 8],
  ["hasMlpBias", ["model.layers.0.mlp.Wi", "model.layers.1.mlp.Wi"], 12],
  ["hasHeadBias", ["head.dense"], 8],
] as const)("%s adds one to each of %j", (flag, names, size) => {
  const shapes = modernBertWeightShapes({ ...tinyConfig, [flag]: true });
  for (const name of names) expect(shapes.get(`${name}.bias`), name).toEqual([size]);
});

test("layer 0 has no norm before its attention, with biases either", () => {
  const names = [...modernBertWeightShapes(withEveryBias(tinyConfig)).keys()];
  expect(names.filter((name) => name.startsWith("model.layers.0.attn_norm"))).toEqual([]);
});

test("every tensor but the embeddings' table has a bias, if the config asks for every one", () => {
  const names = [...modernBertWeightShapes(withEveryBias(tinyConfig)).keys()];
  const withoutBias = names.filter(
    (name) => name.endsWith(".weight") && !names.includes(name.replace(/weight$/, "bias")),
  );
  expect(withoutBias).toEqual(["model.embeddings.tok_embeddings.weight"]);
});

test("ModernBERT-base has 138 tensors", () => {
  const layerKinds = Array.from({ length: 22 }, () => "global" as const);
  expect(modernBertWeightShapes({ ...tinyConfig, layerKinds }).size).toBe(138);
});
