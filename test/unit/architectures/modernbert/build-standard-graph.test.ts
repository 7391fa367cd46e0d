import { describe, expect, test } from "vitest";

import { buildStandardModernBertGraph } from "../../../../src/architectures/modernbert/build-standard-graph.js";
import type { ModernBertConfig } from "../../../../src/architectures/modernbert/modernbert-config.js";
import { modernBertWeightShapes } from "../../../../src/architectures/modernbert/weight-shapes.js";
import { Float32Weights, Int8Weights, type ReadWeight, type StandardWeights } from "../../../../src/onnx/index.js";
import { decodePieces, type DecodedModel } from "../../../helpers/decode-onnx.js";
import { tinyConfig, withEveryBias } from "../../../helpers/tiny-modernbert.js";

/** A checkpoint of zeros; `read` lists what of it is asked for. */
function zerosFor(config: ModernBertConfig): { reader: ReadWeight; read: string[] } {
  const shapes = modernBertWeightShapes(config);
  const read: string[] = [];
  const reader = async function* (name: string) {
    read.push(name);
    yield new Float32Array(shapes.get(name)?.reduce((product, size) => product * size, 1) ?? 0);
  };
  return { reader, read };
}

async function decode(config: ModernBertConfig, weights: StandardWeights): Promise<DecodedModel> {
  return decodePieces(buildStandardModernBertGraph(config, weights).layOut());
}

const variants: [string, ModernBertConfig][] = [
  ["without biases", tinyConfig],
  ["with every bias", withEveryBias(tinyConfig)],
  ["of global layers only", { ...tinyConfig, layerKinds: ["global"] }],
  ["pooled by its first token", { ...tinyConfig, pooling: "cls" }],
];

describe.each(variants)("a standard graph %s", (_, config) => {
  test("takes ids and a mask in padded batches and gives logits", async () => {
    const { graph } = await decode(config, new Float32Weights(zerosFor(config).reader));
    const dim = [{ dimParam: "batch" }, { dimParam: "sequence" }];
    expect(graph.input).toEqual([
      { name: "input_ids", type: { tensorType: { elemType: "INT64", shape: { dim } } } },
      { name: "attention_mask", type: { tensorType: { elemType: "INT64", shape: { dim } } } },
    ]);
    expect(graph.output).toMatchObject([{ name: "logits", type: { tensorType: { elemType: "FLOAT" } } }]);
    expect(graph.output[0]?.type?.tensorType.shape?.dim).toEqual([{ dimParam: "batch" }, { dimValue: 3 }]);
  });

  test("has no operators but ONNX's of opset 17", async () => {
    const { reader } = zerosFor(config);
    for (const weights of [new Float32Weights(reader), new Int8Weights(reader)]) {
      const { graph, irVersion, opsetImport } = await decode(config, weights);
      expect({ irVersion, opsetImport }).toEqual({ irVersion: 8, opsetImport: [{ version: 17 }] });
      expect(graph.node.filter(({ domain }) => domain !== undefined)).toEqual([]);
    }
  });

  test("holds every weight once", async () => {
    const { reader, read } = zerosFor(config);
    await decode(config, new Float32Weights(reader));
    expect(read.toSorted()).toEqual([...modernBertWeightShapes(config).keys()].toSorted());
  });

  test("makes every value once, before it is used, and uses it", async () => {
    const { graph } = await decode(config, new Int8Weights(zerosFor(config).reader));
    const made = [...graph.input, ...graph.initializer].map(({ name }) => name);
    const used = new Set(graph.output.map(({ name }) => name));
    for (const { input, output } of graph.node) {
      expect(input.filter((name) => !made.includes(name))).toEqual([]);
      for (const name of input) used.add(name);
      made.push(...output);
    }
    expect(made).toHaveLength(new Set(made).size);
    expect(made.filter((name) => !used.has(name))).toEqual([]);
  });
});
