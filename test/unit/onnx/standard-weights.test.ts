import { describe, expect, test } from "vitest";

import {
  Float32Weights,
  GraphBuilder,
  Int8Weights,
  type StandardWeights,
  type WeightMatrix,
} from "../../../src/onnx/index.js";
import { decodePieces, type DecodedGraph } from "../../helpers/decode-onnx.js";

/** A checkpoint of one tensor, in pieces of two. */
function readerOf(...elements: number[]): () => AsyncGenerator<Float32Array> {
  return async function* () {
    for (let index = 0; index < elements.length; index += 2) yield Float32Array.from(elements.slice(index, index + 2));
  };
}

const matrix: WeightMatrix = { name: "Wo.weight", shape: [2, 3] };

async function multiplied(weights: StandardWeights): Promise<DecodedGraph> {
  const graph = new GraphBuilder("graph");
  graph.output("y", weights.multiply(graph, graph.input("x", "float32", ["n", 3]), matrix), "float32", ["n", 2]);
  return (await decodePieces(graph.layOut())).graph;
}

async function lookedUp(weights: StandardWeights): Promise<DecodedGraph> {
  const graph = new GraphBuilder("graph");
  graph.output("y", weights.lookUp(graph, matrix, graph.input("ids", "int64", ["n"])), "float32", ["n", 3]);
  return (await decodePieces(graph.layOut())).graph;
}

function dataOf(graph: DecodedGraph, name: string): Uint8Array {
  return Uint8Array.from(graph.initializer.find((tensor) => tensor.name === name)?.rawData ?? []);
}

const floatsOf = (graph: DecodedGraph, name: string) => [...new Float32Array(dataOf(graph, name).buffer)];
const bytesOf = (graph: DecodedGraph, name: string) => [...new Int8Array(dataOf(graph, name).buffer)];
const operatorsOf = (graph: DecodedGraph) => graph.node.map(({ opType }) => opType).slice(0, -1);

describe("float32 weights", () => {
  const weights = new Float32Weights(readerOf(1, 2, 3, 4, 5, 6));

  test("are transposed to be multiplied with", async () => {
    const graph = await multiplied(weights);
    expect(operatorsOf(graph)).toEqual(["MatMul"]);
    expect(graph.initializer).toMatchObject([{ name: "Wo.weight", dims: [3, 2] }]);
    expect(floatsOf(graph, "Wo.weight")).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test("are looked up as they are", async () => {
    const graph = await lookedUp(weights);
    expect(operatorsOf(graph)).toEqual(["Gather"]);
    expect(floatsOf(graph, "Wo.weight")).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("int8 weights", () => {
  test("have the scale that makes their largest magnitude 127, and are transposed to be multiplied with", async () => {
    const graph = await multiplied(new Int8Weights(readerOf(1, -2, 12.7, 4, -12.7, 0)));
    expect(operatorsOf(graph)).toEqual(["DynamicQuantizeLinear", "MatMulInteger", "Cast", "Mul", "Mul"]);
    expect(floatsOf(graph, "Wo.weight_scale")).toEqual([Math.fround(0.1)]);
    expect(bytesOf(graph, "Wo.weight_quantized")).toEqual([10, 40, -20, -127, 127, 0]);
    expect(bytesOf(graph, "Wo.weight_zero_point")).toEqual([0]);
  });

  test("are looked up as int8, and only the rows made float32", async () => {
    const graph = await lookedUp(new Int8Weights(readerOf(1, -2, 12.7, 4, -12.7, 0)));
    expect(operatorsOf(graph)).toEqual(["Gather", "DequantizeLinear"]);
    expect(bytesOf(graph, "Wo.weight_quantized")).toEqual([10, -20, 127, 40, -127, 0]);
  });

  test("are rounded to the nearest, of two equally near to the even one", async () => {
    const graph = await lookedUp(new Int8Weights(readerOf(0.5, 1.5, 2.5, -0.5, -1.5, 127)));
    expect(bytesOf(graph, "Wo.weight_quantized")).toEqual([0, 2, 2, 0, -2, 127]);
  });

  test("that are all zero stay zero", async () => {
    const graph = await lookedUp(new Int8Weights(readerOf(0, 0, 0, 0, 0, 0)));
    expect(floatsOf(graph, "Wo.weight_scale")).toEqual([1]);
    expect(bytesOf(graph, "Wo.weight_quantized")).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("leave vectors in float32", async () => {
    const graph = new GraphBuilder("graph");
    graph.output("y", new Int8Weights(readerOf(1, 2, 3)).vector(graph, "bias", 3), "float32", [3]);
    expect(floatsOf((await decodePieces(graph.layOut())).graph, "bias")).toEqual([1, 2, 3]);
  });
});
