import { expect, test } from "vitest";

import { requireTrainedHead } from "../../../src/inference/trained-head.js";
import type { Checkpoint } from "../../../src/safetensors/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const shapes = new Map([
  ["model.final_norm.weight", [8]],
  ["head.dense.weight", [8, 8]],
  ["classifier.weight", [1, 8]],
  ["classifier.bias", [1]],
]);

function checkpointOf(...names: string[]): Checkpoint {
  return { path: "/model/model.safetensors", files: [], tensors: new Map(names.map((name) => [name, {} as never])) };
}

test("refuses an encoder's weights where a classifier's are called for", async () => {
  const error = await thrownBy(() => requireTrainedHead(shapes, checkpointOf("model.final_norm.weight")));
  expect(error.code).toBe("TENSOR_NOT_FOUND");
  expect(error.message).toContain("/model/model.safetensors must hold a trained head that scores pairs");
  expect(error.message).toContain("lacks head.dense.weight, classifier.weight, classifier.bias");
  expect(error.message).toContain("never makes weights up");
  expect(error.details).toMatchObject({ missing: ["head.dense.weight", "classifier.weight", "classifier.bias"] });
});

test.each([
  ["all weights", [...shapes.keys()]],
  ["a part of the head, which is damage and for others to say", ["model.final_norm.weight", "classifier.bias"]],
  ["nothing of the model", ["other.weight"]],
  ["a classifier under another name", ["model.final_norm.weight", "classifier.dense.weight"]],
])("lets a checkpoint pass that holds %s", (_, names) => {
  expect(() => requireTrainedHead(shapes, checkpointOf(...names))).not.toThrow();
});
