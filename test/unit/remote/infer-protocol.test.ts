import { describe, expect, test } from "vitest";
import { decodeInferResponse, encodeInferRequest } from "../../../src/remote/infer-protocol.js";

describe("encodeInferRequest", () => {
  test("writes a head and after it the tensors, little-endian", () => {
    const inputs = [
      { name: "input_ids", shape: [1, 2], data: BigInt64Array.of(1n, 258n) },
      { name: "attention_mask", shape: [1, 2], data: BigInt64Array.of(1n, 1n) },
    ];
    const { headers, body } = encodeInferRequest(inputs, "logits");
    const bytes = Buffer.from(body as Uint8Array);
    const headLength = Number(headers["Inference-Header-Content-Length"]);
    expect(JSON.parse(bytes.subarray(0, headLength).toString())).toEqual({
      inputs: [
        { name: "input_ids", shape: [1, 2], datatype: "INT64", parameters: { binary_data_size: 16 } },
        { name: "attention_mask", shape: [1, 2], datatype: "INT64", parameters: { binary_data_size: 16 } },
      ],
      outputs: [{ name: "logits", parameters: { binary_data: true } }],
    });
    expect(bytes.subarray(headLength).toString("hex")).toBe(
      "0100000000000000" + "0201000000000000" + "0100000000000000" + "0100000000000000",
    );
  });
});

describe("decodeInferResponse", () => {
  test("finds its output behind others, wherever the head ends", () => {
    const head = JSON.stringify({
      outputs: [
        { name: "hidden", shape: [1], datatype: "FP16", parameters: { binary_data_size: 2 } },
        { name: "logits", shape: [2, 1], datatype: "FP32", parameters: { binary_data_size: 8 } },
      ],
    });
    const floats = Buffer.from(Float32Array.of(-1.5, 2).buffer);
    const bytes = Uint8Array.from(Buffer.concat([Buffer.from(head), Buffer.alloc(2), floats]));
    const headers = new Headers({ "inference-header-content-length": String(head.length) });
    const output = decodeInferResponse({ url: "u", headers, bytes }, "logits");
    expect(output).toEqual({ shape: [2, 1], data: Float32Array.of(-1.5, 2) });
  });
});
