import { describe, expect, test } from "vitest";

import { GraphBuilder, type Value } from "../../../src/onnx/graph-builder.js";
import { addTokenStream, attendInBlocks, poolDocuments, streamInputs } from "../../../src/onnx/token-stream.js";
import { branchesOf, decodeOnnx, type DecodedGraph } from "../../helpers/decode-onnx.js";

function graphOf(builder: GraphBuilder): DecodedGraph {
  return decodeOnnx(builder.encode()).graph;
}

describe("addTokenStream", () => {
  const windowInputs = ["window_query_tokens", "window_key_tokens", "window_bias", "window_slots"];

  test("declares every input of a graph with windows and token types", () => {
    const builder = new GraphBuilder("graph");
    addTokenStream(builder, { hasWindows: true, hasTokenTypes: true });
    const names = graphOf(builder).input.map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.values(streamInputs).toSorted());
  });

  test("leaves out the windows' inputs of a graph without", () => {
    const builder = new GraphBuilder("graph");
    expect(addTokenStream(builder, { hasWindows: false, hasTokenTypes: true }).windows).toBeUndefined();
    const names = graphOf(builder).input.map(({ name }) => name);
    expect([...names, ...windowInputs].toSorted()).toEqual(Object.values(streamInputs).toSorted());
  });
});

test("token types are left out of a graph that does not take them", () => {
  const builder = new GraphBuilder("graph");
  expect(addTokenStream(builder, { hasWindows: true }).tokenTypeIds).toBeUndefined();
  expect(graphOf(builder).input.map(({ name }) => name)).not.toContain("token_type_ids");
});

describe("attendInBlocks", () => {
  const states = { query: "q" as Value, key: "k" as Value, value: "v" as Value };
  const shape = { headCount: 4, hiddenSize: 32 };

  function attention(kind: "documents" | "windows"): DecodedGraph {
    const builder = new GraphBuilder("graph");
    const stream = addTokenStream(builder, { hasWindows: true });
    attendInBlocks(builder, states, stream[kind] ?? stream.documents, shape);
    return graphOf(builder);
  }

  test("gathers, attends with the bias, and takes the way back", () => {
    const { node } = attention("windows");
    expect(node).toMatchObject([
      { opType: "Gather", input: ["q", "window_query_tokens"] },
      { opType: "Gather", input: ["k", "window_key_tokens"] },
      { opType: "Gather", input: ["v", "window_key_tokens"] },
      {
        opType: "Attention",
        input: [...node.slice(0, 3).flatMap(({ output }) => output), "window_bias"],
        attribute: [
          { name: "q_num_heads", i: 4 },
          { name: "kv_num_heads", i: 4 },
        ],
      },
      { opType: "Reshape", input: [node[3]?.output[0], expect.anything()] },
      { opType: "Gather", input: [node[4]?.output[0], "window_slots"] },
    ]);
  });

  test("chooses between attention without a bias and with one, where the bias may be empty", () => {
    const { node } = attention("documents");
    const gathered = node.slice(0, 3).flatMap(({ output }) => output);
    expect(node[3]).toMatchObject({ opType: "If", input: ["is_unmasked"] });
    const [whenUnmasked, whenMasked] = node[3] ? branchesOf(node[3]) : [];
    expect(whenUnmasked?.node).toMatchObject([
      {
        domain: "com.microsoft",
        opType: "MultiHeadAttention",
        input: gathered,
        attribute: [{ name: "num_heads", i: 4 }],
      },
    ]);
    expect(whenMasked?.node).toMatchObject([{ opType: "Attention", input: [...gathered, "document_bias"] }]);
    expect(node.at(-1)).toMatchObject({ opType: "Gather", input: [node[4]?.output[0], "document_slots"] });
  });
});

describe("poolDocuments", () => {
  test("weighs the tokens of each document", () => {
    const builder = new GraphBuilder("graph");
    const stream = addTokenStream(builder, { hasWindows: false });
    const pooled = poolDocuments(builder, "states" as Value, stream, { hiddenSize: 32, pooling: "mean" });
    const { node } = graphOf(builder);
    expect(node).toMatchObject([
      { opType: "Gather", input: ["states", "document_tokens"] },
      { opType: "MatMul", input: ["pooling_weights", node[0]?.output[0]] },
      { opType: "Reshape", input: [node[1]?.output[0], expect.anything()], output: [pooled] },
    ]);
  });

  test("takes the largest of each document's tokens, padding left out", () => {
    const builder = new GraphBuilder("graph");
    const stream = addTokenStream(builder, { hasWindows: false });
    const pooled = poolDocuments(builder, "states" as Value, stream, { hiddenSize: 32, pooling: "max" });
    const { node } = graphOf(builder);
    expect(node).toMatchObject([
      { opType: "Gather", input: ["states", "document_tokens"] },
      { opType: "Transpose", input: ["pooling_weights"] },
      { opType: "Add", input: [node[0]?.output[0], node[1]?.output[0]] },
      { opType: "ReduceMax", input: [node[2]?.output[0], expect.anything()], output: [pooled] },
    ]);
  });
});
