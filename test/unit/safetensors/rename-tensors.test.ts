import { expect, test } from "vitest";
import { renameTensors, type Checkpoint, type TensorEntry } from "../../../src/safetensors/index.js";

function checkpointOf(...names: string[]): Checkpoint {
  const entry = (name: string): TensorEntry => {
    return { name, dtype: "F32", shape: [1], path: "model.safetensors", byteOffset: 8, byteLength: 4 };
  };
  return { path: "model.safetensors", files: [], tensors: new Map(names.map((name) => [name, entry(name)])) };
}

test("gives tensors other names, and leaves some out", () => {
  const { tensors } = renameTensors(checkpointOf("norm.gamma", "positions", "norm.bias"), (name) =>
    name === "positions" ? undefined : name.replace("gamma", "weight"),
  );
  expect([...tensors.keys()]).toEqual(["norm.weight", "norm.bias"]);
  expect(tensors.get("norm.weight")).toMatchObject({ name: "norm.weight", byteOffset: 8 });
});

test("does not give a name that another tensor has", () => {
  const { tensors } = renameTensors(checkpointOf("norm.gamma", "norm.weight"), (name) =>
    name.replace("gamma", "weight"),
  );
  expect([...tensors.keys()]).toEqual(["norm.gamma", "norm.weight"]);
});
