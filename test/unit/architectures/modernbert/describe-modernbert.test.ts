import { expect, test } from "vitest";

import { describeModernBert } from "../../../../src/architectures/modernbert/describe-modernbert.js";
import { decodeOnnx } from "../../../helpers/decode-onnx.js";

const source = { path: "/model/config.json", labelCount: 1 };
const sizes = { hidden_size: 8, num_attention_heads: 2, intermediate_size: 6, vocab_size: 10, num_hidden_layers: 2 };

test("says what a checkpoint must hold and how its inputs are planned", () => {
  const json = { ...sizes, max_position_embeddings: 16, classifier_pooling: "mean", local_attention: 4 };
  const model = describeModernBert(json, source);
  expect(model).toMatchObject({
    maxPositions: 16,
    vocabularySize: 10,
    streamShape: { pooling: "mean", windowRadius: 2 },
  });
  expect(model.weightShapes.get("classifier.weight")).toEqual([1, 8]);
});

test("plans no windows for a model without local layers", () => {
  const { streamShape } = describeModernBert({ ...sizes, global_attn_every_n_layers: 1 }, source);
  expect(streamShape).toEqual({ pooling: "cls", windowRadius: undefined });
});

test("builds the graph over the weights that it is shown", () => {
  const model = describeModernBert(sizes, source);
  const asked: string[] = [];
  const graph = model.buildGraph((name) => {
    asked.push(name);
    return { fileName: "model.safetensors", byteOffset: 0, type: "float32" };
  });
  expect(new Set(asked)).toEqual(new Set(model.weightShapes.keys()));
  expect(decodeOnnx(graph.encode()).graph.name).toBe("modernbert");
});

test.each([
  [undefined, 16],
  [5, 5],
  [100, 16],
])("with a maximum length of %s, the graph has position tables of %i rows", (maxLength, rowCount) => {
  const model = describeModernBert({ ...sizes, max_position_embeddings: 16 }, source);
  const locate = () => ({ fileName: "model.safetensors", byteOffset: 0, type: "float32" }) as const;
  const { initializer } = decodeOnnx(
    model.buildGraph(locate, maxLength === undefined ? {} : { maxLength }).encode(),
  ).graph;
  const tables = initializer.filter(({ name }) => name.includes("rotary"));
  expect(tables.map(({ dims }) => dims[0])).toEqual(Array.from({ length: 4 }, () => rowCount));
});
