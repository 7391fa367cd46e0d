import { describe, expect, test } from "vitest";

import { GraphBuilder, type Value, type WeightType } from "../../../src/onnx/graph-builder.js";
import { branchesOf, decodeOnnx, type DecodedGraph, type DecodedNode } from "../../helpers/decode-onnx.js";

function graphOf(builder: GraphBuilder): DecodedGraph {
  return decodeOnnx(builder.encode()).graph;
}

function onlyNode(builder: GraphBuilder): DecodedNode {
  const { node } = graphOf(builder);
  expect(node).toHaveLength(1);
  return node[0] as DecodedNode;
}

function float32Of(rawData: Uint8Array | undefined): number[] {
  return [...new Float32Array(Uint8Array.from(rawData ?? []).buffer)];
}

function int64Of(rawData: Uint8Array | undefined): bigint[] {
  return [...new BigInt64Array(Uint8Array.from(rawData ?? []).buffer)];
}

describe("encode", () => {
  test("declares the versions of the format and of the operators", () => {
    expect(decodeOnnx(new GraphBuilder("empty").encode())).toEqual({
      irVersion: 11,
      producerName: "crossrank",
      graph: { name: "empty", node: [], initializer: [], input: [], output: [] },
      opsetImport: [{ version: 23 }, { domain: "com.microsoft", version: 1 }],
      metadataProps: [],
    });
  });

  test("declares other operators, if it is told which", () => {
    const builder = new GraphBuilder("empty", { irVersion: 8, versions: { "": 17 } });
    expect(decodeOnnx(builder.encode())).toMatchObject({ irVersion: 8, opsetImport: [{ version: 17 }] });
  });

  test("keeps metadata", () => {
    expect(decodeOnnx(new GraphBuilder("empty").encode({ dtype: "fp32", note: "größer" })).metadataProps).toEqual([
      { key: "dtype", value: "fp32" },
      { key: "note", value: "größer" },
    ]);
  });
});

describe("input and output", () => {
  test("declare types and dimensions, fixed and named", () => {
    const builder = new GraphBuilder("graph");
    const ids = builder.input("input_ids", "int64", ["tokens"]);
    builder.input("is_unmasked", "bool", []);
    builder.output("logits", ids, "float32", ["documents", 3]);
    const { input, output, node } = graphOf(builder);
    expect(input).toEqual([
      { name: "input_ids", type: { tensorType: { elemType: "INT64", shape: { dim: [{ dimParam: "tokens" }] } } } },
      { name: "is_unmasked", type: { tensorType: { elemType: "BOOL", shape: { dim: [] } } } },
    ]);
    expect(output).toEqual([
      {
        name: "logits",
        type: { tensorType: { elemType: "FLOAT", shape: { dim: [{ dimParam: "documents" }, { dimValue: 3 }] } } },
      },
    ]);
    expect(node).toEqual([
      { name: "logits", opType: "Identity", input: ["input_ids"], output: ["logits"], attribute: [] },
    ]);
  });
});

describe("op", () => {
  test("adds an operator of ONNX's, with attributes by the type of their values", () => {
    const builder = new GraphBuilder("graph");
    const x = builder.input("x", "float32", ["tokens"]);
    builder.op("Anything", [x], { axis: -1n, epsilon: 0.5, direction: "right", perm: [1n, 0n] });
    const node = onlyNode(builder);
    expect(node).not.toHaveProperty("domain");
    expect(node).toMatchObject({
      opType: "Anything",
      input: ["x"],
      attribute: [
        { name: "axis", type: "INT", i: -1 },
        { name: "epsilon", type: "FLOAT", f: 0.5 },
        { name: "direction", type: "STRING", s: Buffer.from("right") },
        { name: "perm", type: "INTS", ints: [1, 0] },
      ],
    });
  });

  test("adds an operator of another domain", () => {
    const builder = new GraphBuilder("graph");
    builder.op("com.microsoft::MultiHeadAttention", []);
    expect(onlyNode(builder)).toMatchObject({ opType: "MultiHeadAttention", domain: "com.microsoft" });
  });

  const [a, b] = ["a" as Value, "b" as Value];
  test.each<[string, (Value | undefined)[], string[]]>([
    ["keeps the place of an absent one between others", [a, undefined, b], ["a", "", "b"]],
    ["keeps the place of an absent one before others", [undefined, b], ["", "b"]],
    ["leaves out absent ones at the end", [a, undefined, undefined], ["a"]],
    ["leaves out all, if all are absent", [undefined, undefined], []],
  ])("of optional inputs, %s", (_, inputs, names) => {
    const builder = new GraphBuilder("graph");
    builder.op("Anything", inputs);
    expect(onlyNode(builder).input).toEqual(names);
  });

  test("gives every operator a name of its own, of its output too", () => {
    const builder = new GraphBuilder("graph");
    const x = builder.input("x", "float32", []);
    const values = [builder.op("Neg", [x]), builder.op("Neg", [x]), builder.op("Abs", [x])];
    const { node } = graphOf(builder);
    expect(new Set(values).size).toBe(3);
    expect(node.map(({ output }) => output)).toEqual(values.map((value) => [value]));
    expect(node.map(({ name }) => name)).toEqual(values);
  });
});

describe("opWithOutputs", () => {
  test("adds an operator of ONNX's, and names its outputs after it", () => {
    const builder = new GraphBuilder("graph");
    const x = builder.input("x", "float32", ["tokens"]);
    const outputs = builder.scope("layer", () => builder.opWithOutputs("Anything", [x], ["values", "scale"]));
    expect(outputs).toEqual({ values: "layer.Anything_0.values", scale: "layer.Anything_0.scale" });
    expect(onlyNode(builder)).toMatchObject({
      opType: "Anything",
      input: ["x"],
      output: ["layer.Anything_0.values", "layer.Anything_0.scale"],
    });
  });
});

describe("scope", () => {
  test("puts its name in front of what is added inside, also of nested ones", () => {
    const builder = new GraphBuilder("graph");
    const inside = builder.scope("layer_3", () => {
      const added = [builder.op("Neg", []), builder.constant("table", Float32Array.of(1), [1])];
      return [...added, builder.scope("attn", () => builder.op("Neg", []))];
    });
    expect(inside).toEqual(["layer_3.Neg_0", "layer_3.table", "layer_3.attn.Neg_1"]);
    expect(builder.op("Neg", [])).toBe("Neg_2");
  });

  test("ends when its builder throws", () => {
    const builder = new GraphBuilder("graph");
    const failing = () =>
      builder.scope("layer_3", () => {
        throw new RangeError("no such layer");
      });
    expect(failing).toThrow(RangeError);
    expect(builder.op("Neg", [])).toBe("Neg_0");
  });

  test("leaves inputs and weights their names", () => {
    const builder = new GraphBuilder("graph");
    const location = { fileName: "model.safetensors", byteOffset: 0, type: "float32" } as const;
    builder.scope("layer_3", () => {
      expect(builder.input("x", "float32", [])).toBe("x");
      expect(builder.weight("model.norm.weight", [2], location)).toBe("model.norm.weight");
    });
  });
});

describe("weight", () => {
  test.each<[WeightType, string, number]>([
    ["float32", "FLOAT", 4],
    ["float16", "FLOAT16", 2],
    ["bfloat16", "BFLOAT16", 2],
  ])("points a %s matrix into its file", (type, dataType, elementBytes) => {
    const builder = new GraphBuilder("graph");
    builder.weight("Wo.weight", [5, 3], { fileName: "model.safetensors", byteOffset: 1000, type });
    expect(graphOf(builder).initializer).toEqual([
      {
        name: "Wo.weight",
        dims: [5, 3],
        dataType,
        dataLocation: "EXTERNAL",
        externalData: [
          { key: "location", value: "model.safetensors" },
          { key: "offset", value: "1000" },
          { key: "length", value: String(15 * elementBytes) },
        ],
      },
    ]);
  });

  test.each<[WeightType, string, string]>([
    ["float32", "1024", "36"],
    ["float16", "1012", "18"],
    ["bfloat16", "1012", "18"],
  ])("points some rows of a %s matrix at their place in the file", (type, offset, length) => {
    const builder = new GraphBuilder("graph");
    const location = { fileName: "model.safetensors", byteOffset: 1000, type };
    const value = builder.weight("Wo.weight", [6, 3], location, { start: 2, end: 5 });
    expect(value).toBe("Wo.weight[2:5]");
    expect(graphOf(builder).initializer[0]).toMatchObject({
      name: "Wo.weight[2:5]",
      dims: [3, 3],
      externalData: [
        { key: "location", value: "model.safetensors" },
        { key: "offset", value: offset },
        { key: "length", value: length },
      ],
    });
  });

  test("counts rows of a vector by its elements", () => {
    const builder = new GraphBuilder("graph");
    const location = { fileName: "model.safetensors", byteOffset: 100, type: "float32" } as const;
    builder.weight("bias", [6], location, { start: 3, end: 6 });
    expect(graphOf(builder).initializer[0]).toMatchObject({
      dims: [3],
      externalData: [{}, { key: "offset", value: "112" }, { key: "length", value: "12" }],
    });
  });

  test("writes an offset beyond 4 GB in full", () => {
    const builder = new GraphBuilder("graph");
    builder.weight("bias", [1], { fileName: "model.safetensors", byteOffset: 2 ** 40, type: "float32" });
    expect(graphOf(builder).initializer[0]?.externalData[1]?.value).toBe("1099511627776");
  });

  test("can be converted to float32", () => {
    const builder = new GraphBuilder("graph");
    const location = { fileName: "model.safetensors", byteOffset: 0, type: "float16" } as const;
    builder.castToFloat32(builder.weight("bias", [1], location));
    expect(onlyNode(builder)).toMatchObject({
      opType: "Cast",
      input: ["bias"],
      attribute: [{ name: "to", type: "INT", i: 1 }],
    });
  });
});

describe("constant", () => {
  test("keeps the bytes of a view, and no others of its buffer", () => {
    const builder = new GraphBuilder("graph");
    const floats = Float32Array.of(1, 2.5, -3, 4);
    builder.constant("floats", floats.subarray(1, 3), [1, 2]);
    builder.constant("integers", BigInt64Array.of(-1n, 2n ** 40n), [2]);
    builder.constant("bytes", Int8Array.of(-1), []);
    builder.constant("unsigned_bytes", Uint8Array.of(255), []);
    const { initializer } = graphOf(builder);
    expect(initializer).toMatchObject([
      { name: "floats", dims: [1, 2], dataType: "FLOAT" },
      { name: "integers", dims: [2], dataType: "INT64" },
      { name: "bytes", dims: [], dataType: "INT8", rawData: Buffer.of(255) },
      { name: "unsigned_bytes", dims: [], dataType: "UINT8", rawData: Buffer.of(255) },
    ]);
    expect(float32Of(initializer[0]?.rawData)).toEqual([2.5, -3]);
    expect(int64Of(initializer[1]?.rawData)).toEqual([-1n, 2n ** 40n]);
    expect(initializer[0]).not.toHaveProperty("dataLocation");
  });
});

describe("reshape", () => {
  test("takes its dimensions from a constant of its own", () => {
    const builder = new GraphBuilder("graph");
    const x = builder.input("x", "float32", ["tokens"]);
    builder.reshape(builder.reshape(x, [1, -1, 32]), [-1, 32]);
    const { node, initializer } = graphOf(builder);
    expect(node.map(({ opType }) => opType)).toEqual(["Reshape", "Reshape"]);
    expect(node.map(({ input }) => input[1])).toEqual(initializer.map(({ name }) => name));
    expect(new Set(initializer.map(({ name }) => name)).size).toBe(2);
    expect(initializer.map(({ rawData }) => int64Of(rawData))).toEqual([
      [1n, -1n, 32n],
      [-1n, 32n],
    ]);
  });
});

describe("choose", () => {
  test("puts each branch into a graph of its own, that may use this graph's values", () => {
    const builder = new GraphBuilder("graph");
    const condition = builder.input("condition", "bool", []);
    const x = builder.input("x", "float32", ["tokens"]);
    const chosen = builder.scope("layer_3", () =>
      builder.choose(
        condition,
        (branch) => branch.op("Neg", [x]),
        (branch) => branch.op("Abs", [branch.op("Neg", [x])]),
      ),
    );
    const node = onlyNode(builder);
    expect(node).toMatchObject({ opType: "If", input: ["condition"], output: [chosen] });
    expect(node.attribute.map(({ name, type }) => [name, type])).toEqual([
      ["then_branch", "GRAPH"],
      ["else_branch", "GRAPH"],
    ]);
    const [whenTrue, whenFalse] = branchesOf(node);
    expect(whenTrue?.node).toMatchObject([{ opType: "Neg", input: ["x"] }]);
    expect(whenFalse?.node).toMatchObject([
      { opType: "Neg", input: ["x"] },
      { opType: "Abs", input: whenFalse?.node[0]?.output },
    ]);
    expect(whenTrue?.output).toEqual([{ name: whenTrue?.node[0]?.output[0] }]);
    expect(whenFalse?.output).toEqual([{ name: whenFalse?.node[1]?.output[0] }]);
  });

  test("gives values of branches names that no other value of the graph has", () => {
    const builder = new GraphBuilder("graph");
    const condition = builder.input("condition", "bool", []);
    const negate = (branch: GraphBuilder) => branch.op("Neg", [condition]);
    builder.scope("layer", () => negate(builder));
    builder.scope("layer", () => builder.choose(condition, negate, negate));
    builder.scope("layer", () => builder.choose(condition, negate, negate));
    const { node } = graphOf(builder);
    const outputs = node.flatMap((outer) => [outer, ...branchesOf(outer).flatMap((branch) => branch.node)]);
    const names = outputs.flatMap(({ output }) => output);
    expect(names).toHaveLength(7);
    expect(new Set(names).size).toBe(7);
    expect(names.filter((name) => !name.startsWith("layer."))).toEqual([]);
  });
});
