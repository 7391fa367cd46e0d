import { describe, expect, test } from "vitest";

import { inspectGraph } from "../../../src/inference/inspect-graph.js";
import type { GraphTensor } from "../../../src/inference/session.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const tensor = (name: string, type: string | undefined, ...shape: (number | string)[]): GraphTensor => ({
  name,
  type,
  shape,
});
const input = (name: string) => tensor(name, "int64", "batch", "sequence");
const ids = input("input_ids");
const logits = tensor("logits", "float32", "batch", 3);
const hidden = tensor("last_hidden_state", "float32", "batch", "sequence", 32);

const inspect = (inputs: GraphTensor[], outputs: GraphTensor[], labelCount = 3) =>
  inspectGraph({ inputs, outputs }, { path: "/m/model.onnx", labelCount });

describe("inputs", () => {
  test("are those that the graph names", () => {
    const names = ["input_ids", "token_type_ids", "attention_mask", "position_ids"];
    expect(inspect(names.map(input), [logits]).inputs).toEqual(names);
    expect(inspect([ids], [logits]).inputs).toEqual(["input_ids"]);
  });

  test.each<[string, GraphTensor]>([
    ["pixel_values (float32 [batch, 3])", tensor("pixel_values", "float32", "batch", 3)],
    ["attention_mask (int32 [batch, sequence])", tensor("attention_mask", "int32", "batch", "sequence")],
    ["attention_mask (int64 [1, 128])", tensor("attention_mask", "int64", 1, 128)],
    ["attention_mask (int64 [batch])", tensor("attention_mask", "int64", "batch")],
    ["past (no tensor [])", tensor("past", undefined)],
  ])("such as %s are refused", async (description, wrong) => {
    const error = await thrownBy(() => inspect([ids, wrong], [logits]));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain(`/m/model.onnx: inputs must be input_ids and`);
    expect(error.message).toContain(`got ${description}.`);
  });

  test("must have token ids", async () => {
    const error = await thrownBy(() => inspect([input("attention_mask")], [logits]));
    expect(error.message).toContain("got no input_ids, but attention_mask (int64 [batch, sequence])");
  });
});

describe("logits", () => {
  test.each<[string, GraphTensor[], string]>([
    ["by name", [hidden, logits], "logits"],
    ["by name, of a length known at run time", [tensor("logits", "float16", "batch", "labels")], "logits"],
    [
      "by their shape",
      [hidden, tensor("scores", "float32", "batch", 3), tensor("pooled", "float32", "batch", 32)],
      "scores",
    ],
  ])("are found %s", (_, outputs, name) => {
    expect(inspect([ids], outputs).output).toBe(name);
  });

  test("of one label may be a vector", () => {
    expect(inspect([ids], [tensor("logits", "float32", "batch")], 1).output).toBe("logits");
  });

  test.each<[string, GraphTensor[]]>([
    ["an embedding model's", [hidden, tensor("sentence_embedding", "float32", "batch", 32)]],
    ["a language model's", [tensor("logits", "float32", "batch", "sequence", 50_368)]],
    ["two that may be", [tensor("a", "float32", "batch", 3), tensor("b", "float32", "batch", "labels")]],
    ["no floats", [tensor("logits", "int64", "batch", 3)]],
  ])("are not found in %s outputs", async (_, outputs) => {
    const error = await thrownBy(() => inspect([ids], outputs));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("/m/model.onnx: an output must be logits, floats [batch, 3], got ");
  });

  test("of another number of labels than the config's are refused", async () => {
    const error = await thrownBy(() => inspect([ids], [logits], 2));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain("each of the 2 labels of config.json, but gives 3: logits (float32 [batch, 3])");
    expect(error.details).toMatchObject({ expected: 2, actual: 3 });
  });
});
