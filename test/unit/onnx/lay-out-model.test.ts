import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

import { GraphBuilder } from "../../../src/onnx/graph-builder.js";
import { decodeOnnx, decodePieces } from "../../helpers/decode-onnx.js";

async function* piecesOf(...pieces: ArrayBufferView[]): AsyncGenerator<ArrayBufferView> {
  yield* pieces;
}

function builderWithWeights(): GraphBuilder {
  const builder = new GraphBuilder("graph");
  const x = builder.input("x", "float32", ["tokens", 2]);
  builder.constant("early", Float32Array.of(7), [1]);
  const matrix = builder.embeddedWeight("matrix", "float32", [2, 2], () =>
    piecesOf(Float32Array.of(0, 1, 2).subarray(1), Float32Array.of(3, 4)),
  );
  builder.embeddedWeight("bytes", "int8", [3], () => piecesOf(Int8Array.of(1, -1, 2)));
  builder.output("y", builder.op("MatMul", [x, matrix]), "float32", ["tokens", 2]);
  return builder;
}

describe("a file laid out", () => {
  test("is what it would be if its weights had been there, but that they come last", async () => {
    const { graph, ...model } = await decodePieces(builderWithWeights().layOut({ dtype: "fp32" }));
    expect(decodeOnnx(new GraphBuilder("graph").encode({ dtype: "fp32" }))).toMatchObject(model);
    expect(graph).toMatchObject({ name: "graph", input: [{ name: "x" }], output: [{ name: "y" }] });
    expect(graph.node.map(({ opType }) => opType)).toEqual(["MatMul", "Identity"]);
    expect(graph.initializer).toMatchObject([
      { name: "early", dataType: "FLOAT" },
      { name: "matrix", dims: [2, 2], dataType: "FLOAT", rawData: Buffer.from(Float32Array.of(1, 2, 3, 4).buffer) },
      { name: "bytes", dims: [3], dataType: "INT8", rawData: Buffer.of(1, 255, 2) },
    ]);
  });

  test("is as long as it says", async () => {
    const file = builderWithWeights().layOut();
    expect(await buffer(file.pieces())).toHaveLength(file.byteLength);
  });

  test("knows its length before a weight is read", () => {
    const builder = new GraphBuilder("graph");
    builder.embeddedWeight("huge", "float32", [2 ** 28], () => {
      throw new RangeError("was read");
    });
    expect(builder.layOut().byteLength).toBeGreaterThan(2 ** 30);
  });

  test.each([
    ["fewer", Float32Array.of(1), 4],
    ["more", Float32Array.of(1, 2, 3), -4],
  ])("fails if a weight gives %s elements than its shape says", async (_, elements, left) => {
    const builder = new GraphBuilder("graph");
    builder.embeddedWeight("vector", "float32", [2], () => piecesOf(elements));
    await expect(buffer(builder.layOut().pieces())).rejects.toThrow(`Tensor vector lacks ${left} of its 8 bytes`);
  });
});
