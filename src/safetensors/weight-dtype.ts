import { UnsupportedModelError } from "../errors/index.js";
import type { TensorEntry } from "./checkpoint.js";
import type { Dtype } from "./dtype.js";
import { quote } from "./message-text.js";

/** Element types that weights are read from. */
export const weightDtypes = ["F32", "F16", "BF16"] as const satisfies readonly Dtype[];

/** An element type that weights are read from. */
export type WeightDtype = (typeof weightDtypes)[number];

/** @throws {UnsupportedModelError} If the tensor's elements are of another type than weights are read from. */
export function requireWeightDtype(tensor: TensorEntry): WeightDtype {
  const weightDtype = weightDtypes.find((supported) => supported === tensor.dtype);
  if (weightDtype !== undefined) return weightDtype;
  throw wrongDtype(tensor, weightDtypes, "Save the model in one of them.");
}

/** @throws {UnsupportedModelError} If the tensor's elements are of another type. */
export function requireDtype(tensor: TensorEntry, dtype: Dtype): void {
  if (tensor.dtype !== dtype) throw wrongDtype(tensor, [dtype], "Convert the model again.");
}

function wrongDtype(
  { name, path, dtype }: TensorEntry,
  supported: readonly Dtype[],
  remedy: string,
): UnsupportedModelError {
  const choice = supported.length === 1 ? supported.join() : `one of ${supported.join(", ")}`;
  return new UnsupportedModelError(`Tensor ${quote(name)} of ${path} must be ${choice}, got ${dtype}. ${remedy}`, {
    path,
    tensor: name,
    field: "dtype",
    value: dtype,
    supported,
  });
}
