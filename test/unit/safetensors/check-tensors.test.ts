import { expect, test } from "vitest";

import { checkTensors } from "../../../src/safetensors/check-tensors.js";
import type { Checkpoint, TensorEntry } from "../../../src/safetensors/checkpoint.js";
import type { Dtype } from "../../../src/safetensors/dtype.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const path = "/models/some/model.safetensors";
const remedy = "Check that config.json and the weights are of the same model.";

function checkpoint(shapes: Record<string, number[]>, dtype: Dtype = "F32"): Checkpoint {
  const tensors = Object.entries(shapes).map(([name, shape]): [string, TensorEntry] => [
    name,
    { name, dtype, shape, path, byteOffset: 0, byteLength: 0 },
  ]);
  return { path, files: [], tensors: new Map(tensors) };
}

const expected = new Map<string, readonly number[]>([
  ["model.layers.0.attn.Wqkv.weight", [2304, 768]],
  ["classifier.bias", [1]],
  ["scale", []],
]);
const matching = { "model.layers.0.attn.Wqkv.weight": [2304, 768], "classifier.bias": [1], scale: [] };

test.each(["F32", "F16", "BF16"] as const)("accepts what is expected, in %s and any order", (dtype) => {
  expect(() => checkTensors(expected, checkpoint(matching, dtype))).not.toThrow();
  expect(() => checkTensors(new Map([...expected].reverse()), checkpoint(matching, dtype))).not.toThrow();
});

test("reports a renamed tensor as missing and as unexpected", async () => {
  const { "model.layers.0.attn.Wqkv.weight": renamed, ...rest } = matching;
  const error = await thrownBy(() =>
    checkTensors(expected, checkpoint({ ...rest, "layers.0.attn.Wqkv.weight": renamed })),
  );
  expect(error.code).toBe("TENSOR_NOT_FOUND");
  expect(error.message).toBe(
    `${path} must hold the 3 tensors that the config calls for, lacks 1: "model.layers.0.attn.Wqkv.weight" (closest is "layers.0.attn.Wqkv.weight"); holds 1 that the config does not call for: "layers.0.attn.Wqkv.weight". ${remedy}`,
  );
  expect(error.details).toEqual({
    path,
    missing: ["model.layers.0.attn.Wqkv.weight"],
    unexpected: ["layers.0.attn.Wqkv.weight"],
  });
});

test("gives no hint at a tensor that is expected itself", async () => {
  const error = await thrownBy(() =>
    checkTensors(new Map([...expected, ["classifier.bies", [1]]]), checkpoint(matching)),
  );
  expect(error.message).toContain(`lacks 1: "classifier.bies". ${remedy}`);
});

test("names five of many missing tensors, and all of them in the details", async () => {
  const names = Array.from({ length: 9 }, (_, index) => `layers.${index}.weight`);
  const error = await thrownBy(() => checkTensors(new Map(names.map((name) => [name, [1]])), checkpoint({})));
  expect(error.code).toBe("TENSOR_NOT_FOUND");
  expect(error.message).toContain('lacks 9: "layers.0.weight", ');
  expect(error.message).toContain('"layers.4.weight" and 4 more. ');
  expect(error.details).toMatchObject({ missing: names, unexpected: [] });
});

test("refuses tensors that are not expected", async () => {
  const error = await thrownBy(() => checkTensors(expected, checkpoint({ ...matching, "lm_head.weight": [8] })));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toBe(
    `${path} must hold the 3 tensors that the config calls for and no others, holds 1 that the config does not call for: "lm_head.weight". ${remedy}`,
  );
  expect(error.details).toEqual({ path, missing: [], unexpected: ["lm_head.weight"] });
});

test.each([
  ["transposed", [768, 2304]],
  ["of another rank", [2304, 768, 1]],
  ["of fewer axes", [2304]],
  ["a single number", []],
])("refuses a tensor that is %s", async (_, shape) => {
  const name = "model.layers.0.attn.Wqkv.weight";
  const error = await thrownBy(() => checkTensors(expected, checkpoint({ ...matching, [name]: shape })));
  expect(error.code).toBe("SHAPE_MISMATCH");
  expect(error.message).toBe(`Tensor "${name}" must have shape [2304, 768], got [${shape.join(", ")}]. ${remedy}`);
  expect(error.details).toEqual({ path, tensor: name, expected: [2304, 768], actual: shape });
});

test.each(["F64", "I8", "U8", "F8_E4M3", "F4"] as const)("refuses weights in %s", async (dtype) => {
  const error = await thrownBy(() => checkTensors(expected, checkpoint(matching, dtype)));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toBe(
    `Tensor "model.layers.0.attn.Wqkv.weight" of ${path} must be one of F32, F16, BF16, got ${dtype}. Save the model in one of them.`,
  );
  expect(error.details).toMatchObject({ field: "dtype", value: dtype, supported: ["F32", "F16", "BF16"] });
});

test("answers fast for a file with a hundred thousand other names", async () => {
  const names = Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`layers.${index}.weight`, [1]]));
  const error = await thrownBy(() => checkTensors(expected, checkpoint(names)));
  expect(error.message.length).toBeLessThan(1500);
});
