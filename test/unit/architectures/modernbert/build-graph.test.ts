import { describe, expect, test } from "vitest";

import { buildModernBertGraph } from "../../../../src/architectures/modernbert/build-graph.js";
import type { ModernBertConfig } from "../../../../src/architectures/modernbert/modernbert-config.js";
import { rotaryTables } from "../../../../src/architectures/modernbert/rotary-tables.js";
import { modernBertWeightShapes } from "../../../../src/architectures/modernbert/weight-shapes.js";
import { streamInputs, type LocateWeight } from "../../../../src/onnx/index.js";
import {
  allNodes,
  branchesOf,
  decodeOnnx,
  type DecodedGraph,
  type DecodedTensor,
} from "../../../helpers/decode-onnx.js";
import { tinyConfig, withEveryBias } from "../../../helpers/tiny-modernbert.js";

type FloatType = "float32" | "float16" | "bfloat16";

const allGlobal: ModernBertConfig = { ...tinyConfig, layerKinds: ["global", "global"] };

/** Puts the weights one after another into a file, in the table's order. */
function packedWeights(config: ModernBertConfig, type: FloatType): { locate: LocateWeight; fileBytes: number } {
  const offsets = new Map<string, number>();
  let fileBytes = 0;
  for (const [name, shape] of modernBertWeightShapes(config)) {
    offsets.set(name, fileBytes);
    fileBytes += shape.reduce((product, size) => product * size, type === "float32" ? 4 : 2);
  }
  const locate = (name: string) => {
    const byteOffset = offsets.get(name);
    if (byteOffset === undefined) throw new RangeError(`the graph asks for ${name}, which is not in the table`);
    return { fileName: "model.safetensors", byteOffset, type };
  };
  return { locate, fileBytes };
}

function bytesOf(config: ModernBertConfig, type: FloatType = "float32"): Uint8Array {
  return buildModernBertGraph(config, packedWeights(config, type).locate).encode();
}

function graphOf(config: ModernBertConfig, type?: FloatType): DecodedGraph {
  return decodeOnnx(bytesOf(config, type)).graph;
}

function weightsOf(graph: DecodedGraph): DecodedTensor[] {
  return graph.initializer.filter(({ dataLocation }) => dataLocation === "EXTERNAL");
}

function entryOf(tensor: DecodedTensor, key: string): string | undefined {
  return tensor.externalData.find((entry) => entry.key === key)?.value;
}

function fixedDimension(graph: DecodedGraph): unknown {
  return graph.output[0]?.type?.tensorType.shape?.dim[1];
}

const variants: [string, ModernBertConfig, FloatType][] = [
  ["without biases", tinyConfig, "float32"],
  ["with every bias", withEveryBias(tinyConfig), "float32"],
  ["of float16 weights", withEveryBias(tinyConfig), "float16"],
  ["of bfloat16 weights", tinyConfig, "bfloat16"],
  ["of global layers only", withEveryBias(allGlobal), "float32"],
];

describe.each(variants)("a graph %s", (_, config, type) => {
  test("is the same every time", () => {
    expect(Buffer.compare(bytesOf(config, type), bytesOf(config, type))).toBe(0);
  });

  test("covers every byte of the weights once", () => {
    const ranges = weightsOf(graphOf(config, type))
      .map((tensor) => ({ start: Number(entryOf(tensor, "offset")), length: Number(entryOf(tensor, "length")) }))
      .toSorted((a, b) => a.start - b.start);
    const { fileBytes } = packedWeights(config, type);
    const ends = ranges.map(({ start, length }) => start + length);
    expect(ranges.map(({ start }) => start)).toEqual([0, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(fileBytes);
  });

  test("uses every weight in one place", () => {
    const graph = graphOf(config, type);
    const inputs = allNodes(graph).flatMap(({ input }) => input);
    for (const { name } of weightsOf(graph)) {
      expect(
        inputs.filter((input) => input === name),
        name,
      ).toHaveLength(1);
    }
  });

  test("makes every value once, before it is used", () => {
    const known = new Set<string>();
    const seen: string[] = [];
    const visit = (graph: DecodedGraph): void => {
      for (const { name } of [...graph.input, ...graph.initializer]) seen.push(name);
      for (const name of seen) known.add(name);
      for (const node of graph.node) {
        expect(
          node.input.filter((name) => name !== "" && !known.has(name)),
          node.name,
        ).toEqual([]);
        for (const branch of branchesOf(node)) visit(branch);
        seen.push(...node.output);
        for (const name of node.output) known.add(name);
      }
      expect(graph.output.filter(({ name }) => !known.has(name))).toEqual([]);
    };
    visit(graphOf(config, type));
    expect(seen).toHaveLength(new Set(seen).size);
  });

  test("converts weights in half precision, and computes in float32", () => {
    const graph = graphOf(config, type);
    const weights = new Set(weightsOf(graph).map(({ name }) => name));
    const types = { float32: "FLOAT", float16: "FLOAT16", bfloat16: "BFLOAT16" };
    expect(new Set(weightsOf(graph).map(({ dataType }) => dataType))).toEqual(new Set([types[type]]));
    const users = allNodes(graph).filter(({ input }) => input.some((name) => weights.has(name)));
    const expected = type === "float32" ? ["Gather", "Gemm", "LayerNormalization"] : ["Cast", "Gather"];
    expect([...new Set(users.map(({ opType }) => opType))].toSorted()).toEqual(expected);
  });
});

test("a graph takes the token stream and gives logits", () => {
  const graph = graphOf(tinyConfig);
  const inputs = Object.values(streamInputs).filter((name) => name !== streamInputs.tokenTypeIds);
  expect(graph.input.map(({ name }) => name).toSorted()).toEqual(inputs.toSorted());
  expect(graph.output).toMatchObject([{ name: "logits", type: { tensorType: { elemType: "FLOAT" } } }]);
  expect(fixedDimension(graph)).toEqual({ dimValue: 3 });
});

test("a graph of global layers only has no inputs for windows", () => {
  const graph = graphOf(allGlobal);
  expect(graph.input.map(({ name }) => name).filter((name) => name.startsWith("window"))).toEqual([]);
  expect(JSON.stringify(allNodes(graph))).not.toContain("window");
});

test("a layer's kind decides which blocks and which rotary tables it uses", () => {
  const { node } = graphOf(tinyConfig);
  const usedBy = (layer: string) =>
    new Set(node.filter(({ name }) => name.startsWith(`${layer}.`)).flatMap(({ input }) => input));
  expect(usedBy("layer_0")).toContain("document_slots");
  expect(usedBy("layer_0")).not.toContain("window_slots");
  expect(usedBy("layer_1")).toContain("window_slots");
  expect(usedBy("layer_1")).not.toContain("document_slots");
  expect([...usedBy("layer_0")].filter((name) => name.includes("rotary"))).toHaveLength(2);
  expect([...usedBy("layer_0")].filter((name) => usedBy("layer_1").has(name) && name.includes("rotary"))).toEqual([]);
});

test("rotary tables are of the base of their layers' kind", () => {
  const { initializer } = graphOf(tinyConfig);
  for (const kind of ["global", "local"] as const) {
    const { cos, sin } = rotaryTables(tinyConfig.maxPositions, 4, tinyConfig.ropeTheta[kind]);
    const bytesOfTable = (name: string) =>
      initializer.find((tensor) => tensor.name.endsWith(`${name}_${kind}`))?.rawData;
    expect(bytesOfTable("rotary_cos")).toEqual(Buffer.from(cos.buffer));
    expect(bytesOfTable("rotary_sin")).toEqual(Buffer.from(sin.buffer));
  }
});

test("each token is rotated as a sequence of its own, for a stream may be longer than the tables", () => {
  const { node, initializer } = graphOf(tinyConfig);
  const makerOf = (value: string | undefined) => node.find(({ output }) => output[0] === value);
  const shapeOf = (value: string | undefined) => {
    const shape = initializer.find(({ name }) => name === makerOf(value)?.input[1])?.rawData ?? new Uint8Array();
    return [...new BigInt64Array(Uint8Array.from(shape).buffer)];
  };
  const rotations = node.filter(({ opType }) => opType === "RotaryEmbedding");
  expect(rotations).toHaveLength(4);
  for (const { input, attribute } of rotations) {
    expect(shapeOf(input[0])).toEqual([-1n, 1n, 8n]);
    expect(input).toHaveLength(3);
    expect(shapeOf(input[1])).toEqual([-1n, 1n, 2n]);
    expect(shapeOf(input[2])).toEqual([-1n, 1n, 2n]);
    expect(attribute).toMatchObject([{ name: "num_heads", i: 2 }]);
  }
});

test("rotary tables are made once a kind, whatever the number of layers", () => {
  const layerKinds = ["global", "local", "local", "global", "local"] as const;
  const { initializer } = graphOf({ ...tinyConfig, layerKinds });
  const tables = initializer.filter(({ name }) => name.includes("rotary"));
  expect(tables.map(({ dims }) => dims)).toEqual(Array.from({ length: 4 }, () => [16, 2]));
});

test("rows of Wqkv are q, then k, then v; rows of Wi the activated half, then the gate", () => {
  const names = weightsOf(graphOf(withEveryBias(tinyConfig))).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("model.layers.1.attn.Wqkv"))).toEqual([
    "model.layers.1.attn.Wqkv.weight[0:8]",
    "model.layers.1.attn.Wqkv.bias[0:8]",
    "model.layers.1.attn.Wqkv.weight[8:16]",
    "model.layers.1.attn.Wqkv.bias[8:16]",
    "model.layers.1.attn.Wqkv.weight[16:24]",
    "model.layers.1.attn.Wqkv.bias[16:24]",
  ]);
  const { node } = graphOf(tinyConfig);
  const outputOf = (weight: string) => node.find(({ input }) => input.includes(weight))?.output[0];
  const gelu = node.find(({ name }) => name.startsWith("layer_1.Gelu"));
  expect(gelu?.input).toEqual([outputOf("model.layers.1.mlp.Wi.weight[0:6]")]);
  const product = node.find(({ input }) => input[0] === gelu?.output[0]);
  expect(product).toMatchObject({
    opType: "Mul",
    input: [gelu?.output[0], outputOf("model.layers.1.mlp.Wi.weight[6:12]")],
  });
});

test("norms have the config's epsilon", () => {
  const norms = graphOf({ ...tinyConfig, normEpsilon: 0.25 }).node.filter(
    ({ opType }) => opType === "LayerNormalization",
  );
  expect(norms).toHaveLength(6);
  for (const norm of norms) expect(norm.attribute).toMatchObject([{ name: "epsilon", f: 0.25 }]);
});
