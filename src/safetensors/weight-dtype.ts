import { UnsupportedModelError } from "../errors/index.js";
import type { TensorEntry } from "./checkpoint.js";
import type { Dtype } from "./dtype.js";
import { quote } from "./message-text.js";

/** Element types that weights are read from. */
export const weightDtypes = ["F32", "F16", "BF16"] as const satisfies readonly Dtype[];

/** An element type that weights are read from. */
export type WeightDtype = (typeof weightDtypes)[number];

/** @throws {UnsupportedModelError} If the tensor's elements are of another type than weights are read from. */
export function requireWeightDtype({ name, path, dtype }: TensorEntry): WeightDtype {
  const weightDtype = weightDtypes.find((supported) => supported === dtype);
  if (weightDtype !== undefined) return weightDtype;
  const supported = weightDtypes.join(", ");
  throw new UnsupportedModelError(
    `Tensor ${quote(name)} of ${path} must be one of ${supported}, got ${dtype}. Save the model in one of them.`,
    { path, tensor: name, field: "dtype", value: dtype, supported: weightDtypes },
  );
}
