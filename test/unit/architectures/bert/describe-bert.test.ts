import { describe, expect, test } from "vitest";
import { describeArchitecture } from "../../../../src/inference/architectures.js";
import { Float32Weights, Int8Weights, type ReadWeight } from "../../../../src/onnx/index.js";
import { allNodes, decodeOnnx, decodePieces } from "../../../helpers/decode-onnx.js";
import { tinyModels } from "../../../helpers/tiny-bert-models.js";

const source = { path: "/model/config.json", labelCount: 2 };

function architectureOf(name: string) {
  const model = tinyModels[name];
  if (model === undefined) throw new RangeError(`there is no model called ${name}`);
  return describeArchitecture(model.config.architectures[0], model.config, source);
}

describe.each(Object.keys(tinyModels))("%s", (name) => {
  const architecture = architectureOf(name);

  test("uses every weight in one place of its graph", () => {
    const locate = () => ({ fileName: "model.safetensors", byteOffset: 0, type: "float32" }) as const;
    const { graph } = decodeOnnx(architecture.buildGraph(locate).encode());
    const inputs = allNodes(graph).flatMap(({ input }) => input);
    for (const weight of architecture.weightShapes.keys()) {
      const uses = inputs.filter((input) => input === weight || input.startsWith(`${weight}[`));
      expect(uses, weight).toHaveLength(1);
    }
  });

  test("reads every weight once for the standard layout, whose operators are ONNX's own", async () => {
    const read: string[] = [];
    const reader: ReadWeight = async function* (weight) {
      read.push(weight);
      const shape = architecture.weightShapes.get(weight) ?? [];
      yield new Float32Array(shape.reduce((product, size) => product * size, 1));
    };
    await decodePieces(architecture.buildStandardGraph(new Float32Weights(reader)).layOut());
    expect(read.toSorted()).toEqual([...architecture.weightShapes.keys()].toSorted());
    const { graph, opsetImport } = await decodePieces(
      architecture.buildStandardGraph(new Int8Weights(reader)).layOut(),
    );
    expect(opsetImport).toEqual([{ version: 17 }]);
    expect(graph.node.filter(({ domain }) => domain !== undefined)).toEqual([]);
  });

  test("keeps the first layer's query, key and value, the small tables and the head in float32", () => {
    const sources = architecture.int8Tensors().map((tensor) => tensor.source);
    const floats = [...architecture.weightShapes.keys()].filter(
      (weight) => architecture.weightShapes.get(weight)?.length === 2 && !sources.includes(weight),
    );
    const expected =
      /layer\.0\.attention\.(self\.(query|key|value)|[qkv]_lin)|position_|token_type|embeddings_project|pooler|classifier/;
    expect(floats.filter((weight) => !expected.test(weight))).toEqual([]);
    expect(sources.filter((weight) => expected.test(weight))).toEqual([]);
    expect(new Set(sources).size).toBe(sources.length);
  });
});

test.each([
  ["BERT with the approximated GELU", 32, 2],
  ["RoBERTa", 32, 1],
  ["XLM-RoBERTa", 32, 1],
  ["DistilBERT", 32, undefined],
])("%s has %i positions and %s token types", (name, maxPositions, tokenTypeCount) => {
  const architecture = architectureOf(name);
  expect(architecture.maxPositions).toBe(maxPositions);
  expect(architecture.tokenTypeCount).toBe(tokenTypeCount);
  expect(architecture.streamShape).toMatchObject({ pooling: "cls", hasTokenTypes: tokenTypeCount === 2 });
});

describe("a checkpoint's names", () => {
  test.each([
    ["BERT with the approximated GELU", "bert.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.weight"],
    [
      "BERT with the approximated GELU",
      "bert.encoder.layer.1.output.LayerNorm.beta",
      "bert.encoder.layer.1.output.LayerNorm.bias",
    ],
    ["BERT with the approximated GELU", "bert.embeddings.position_ids", undefined],
    ["BERT with the approximated GELU", "bert.pooler.dense.weight", "bert.pooler.dense.weight"],
    ["BERT with the approximated GELU", "bert.gamma", "bert.gamma"],
    ["RoBERTa", "roberta.embeddings.position_ids", undefined],
    ["RoBERTa", "roberta.pooler.dense.weight", undefined],
    ["RoBERTa", "classifier.dense.weight", "classifier.dense.weight"],
  ])("of %s: %s is %s", (name, stored, canonical) => {
    expect(architectureOf(name).canonicalName?.(stored)).toBe(canonical);
  });
});
