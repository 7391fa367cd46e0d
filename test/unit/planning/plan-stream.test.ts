import { describe, expect, test } from "vitest";

import { addTokenStream, GraphBuilder, streamInputs } from "../../../src/onnx/index.js";
import { planStream, type StreamShape, type StreamTensor } from "../../../src/planning/plan-stream.js";
import { decodeOnnx } from "../../helpers/decode-onnx.js";

const tokensOf = (rows: readonly ArrayLike<number>[]) => rows.map((inputIds) => ({ inputIds }));

const documents = tokensOf([Int32Array.of(1, 7, 2, 9, 2), [1, 2, 2]]);
const withWindows: StreamShape = { pooling: "mean", windowRadius: 1 };
const withoutWindows: StreamShape = { pooling: "mean", windowRadius: undefined };

function tensor(feeds: Record<string, StreamTensor>, name: keyof typeof streamInputs): StreamTensor {
  return feeds[streamInputs[name]] as StreamTensor;
}

/** What a graph declares of its inputs. */
function declaredInputs(options: Parameters<typeof addTokenStream>[1]) {
  const builder = new GraphBuilder("graph");
  addTokenStream(builder, options);
  const types: Record<string, string> = { INT64: "int64", FLOAT: "float32", BOOL: "bool" };
  return decodeOnnx(builder.encode()).graph.input.map(({ name, type }) => ({
    name,
    type: types[type?.tensorType.elemType ?? ""],
    rank: type?.tensorType.shape?.dim.length ?? 0,
  }));
}

test.each([
  ["with windows", withWindows, { hasWindows: true }],
  ["without windows", withoutWindows, { hasWindows: false }],
  ["with token types", { ...withoutWindows, hasTokenTypes: true }, { hasWindows: false, hasTokenTypes: true }],
] as const)("gives the inputs that a graph %s declares, of their types and ranks", (_, shape, options) => {
  const given = Object.entries(planStream(documents, shape)).map(([name, { type, dims }]) => ({
    name,
    type,
    rank: dims.length,
  }));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  expect(given.toSorted(byName)).toEqual(declaredInputs(options).toSorted(byName));
});

test.each([
  ["documents of different lengths", documents],
  ["one document", tokensOf([[1, 2, 3]])],
  ["documents of one token", tokensOf([[1], [2]])],
  ["a long document", tokensOf([new Int32Array(300), [1, 2]])],
])("every tensor holds as many numbers as its dimensions say, for %s", (_, batch) => {
  const shape = { ...withWindows, hasTokenTypes: true };
  for (const [name, { data, dims }] of Object.entries(planStream(batch, shape))) {
    expect(
      dims.reduce((product, size) => product * size, 1),
      name,
    ).toBe(data.length);
  }
});

test("ids stand one document after another, positions start anew in each", () => {
  const feeds = planStream(documents, withWindows);
  expect(tensor(feeds, "inputIds")).toEqual({
    type: "int64",
    data: BigInt64Array.of(1n, 7n, 2n, 9n, 2n, 1n, 2n, 2n),
    dims: [8],
  });
  expect(tensor(feeds, "positionIds").data).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 0n, 1n, 2n));
});

test("positions are counted from behind a padding id, which is the position of padding tokens in a text", () => {
  const feeds = planStream(tokensOf([[0, 1, 9, 1, 2], [5]]), { ...withoutWindows, paddingId: 1 });
  expect(tensor(feeds, "positionIds").data).toEqual(BigInt64Array.of(2n, 1n, 3n, 1n, 4n, 2n));
});

test("token types stand as the ids do, and are 0 for a pair without", () => {
  const batch = [{ inputIds: [1, 7, 2], tokenTypeIds: Int32Array.of(0, 0, 1) }, { inputIds: [1, 2] }];
  const feeds = planStream(batch, { ...withoutWindows, hasTokenTypes: true });
  expect(tensor(feeds, "tokenTypeIds")).toEqual({
    type: "int64",
    data: BigInt64Array.of(0n, 0n, 1n, 0n, 0n),
    dims: [5],
  });
});

test("one document goes without a bias, and the graph is told", () => {
  const feeds = planStream(tokensOf([[1, 2, 3]]), withWindows);
  expect(tensor(feeds, "isUnmasked")).toEqual({ type: "bool", data: Uint8Array.of(1), dims: [] });
  expect(tensor(feeds, "documentBias")).toEqual({ type: "float32", data: new Float32Array(), dims: [0, 1, 0, 0] });
});

test("several documents have a bias, and the graph is told", () => {
  const feeds = planStream(documents, withWindows);
  expect(tensor(feeds, "isUnmasked").data).toEqual(Uint8Array.of(0));
  expect(tensor(feeds, "documentBias").dims).toEqual([2, 1, 5, 5]);
});

test("windows have the reach of the model's", () => {
  const { data, dims } = tensor(planStream(tokensOf([[1, 2, 3]]), { pooling: "cls", windowRadius: 1 }), "windowBias");
  expect(dims).toEqual([1, 1, 3, 3]);
  expect(Array.from(data as Float32Array, (value) => value === 0)).toEqual([
    ...[true, true, false],
    ...[true, true, true],
    ...[false, true, true],
  ]);
});

describe("pooling weights", () => {
  test("of the mean are equal shares of a document's tokens, and 0 for padding", () => {
    const { data, dims } = tensor(planStream(documents, withWindows), "poolingWeights");
    expect(dims).toEqual([2, 1, 5]);
    expect(data).toEqual(Float32Array.of(...[0.2, 0.2, 0.2, 0.2, 0.2], ...[1 / 3, 1 / 3, 1 / 3, 0, 0]));
  });

  test("of cls are all for the first token", () => {
    const { data } = tensor(planStream(documents, { ...withWindows, pooling: "cls" }), "poolingWeights");
    expect(data).toEqual(Float32Array.of(...[1, 0, 0, 0, 0], ...[1, 0, 0, 0, 0]));
  });

  test.each(["mean", "cls"] as const)("of %s sum to 1 for each document", (pooling) => {
    const batch = tokensOf([1, 7, 100, 333].map((length) => new Int32Array(length)));
    const { data, dims } = tensor(planStream(batch, { ...withWindows, pooling }), "poolingWeights");
    const longest = dims[2] as number;
    for (const row of batch.keys()) {
      const weights = (data as Float32Array).subarray(row * longest, (row + 1) * longest);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    }
  });
});
