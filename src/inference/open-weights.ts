import { InvalidOptionsError } from "../errors/index.js";
import { int8Contents, isInt8Checkpoint, openInt8Checkpoint } from "../quantization/index.js";
import { checkTensors, openModuleCheckpoints, renameTensors, type Checkpoint } from "../safetensors/index.js";
import type { Architecture } from "../architectures/shared/index.js";
import type { ComputeDtype, ModelSpec } from "./protocol.js";
import { requireTrainedHead } from "./trained-head.js";

/** A checkpoint that is checked, in the precision that the model computes in. */
export interface Weights {
  checkpoint: Checkpoint;
  dtype: ComputeDtype;
}

/**
 * Opens the weights in a model's folder, or the int8 form of them. `"auto"` is what the folder holds; `"fp16"` is what a
 * GPU makes of floats.
 *
 * @throws {InvalidOptionsError} If floats are asked of int8 weights.
 * @throws Also what opening, checking and converting a checkpoint throws.
 */
export async function openWeights(spec: ModelSpec, architecture: Architecture): Promise<Weights> {
  const { folder, dtype, savedHead } = spec;
  const { whole } = await openModuleCheckpoints(folder, savedHead?.weightFolders ?? []);
  const checkpoint = canonicallyNamed(whole, architecture);
  if (isInt8Checkpoint(checkpoint)) {
    if (dtype === "fp32" || dtype === "fp16") throw onlyInt8(folder, dtype);
    // First what stays in floats: the sizes of an int8 graph are those of the config, and must not be taken on trust.
    const floats = [...architecture.weightShapes].filter(([name]) => checkpoint.tensors.get(name)?.dtype === "F32");
    checkTensors(new Map(floats), only(checkpoint, floats));
    const contents = int8Contents(architecture.weightShapes, architecture.int8Tensors());
    checkTensors(contents.shapes, checkpoint, contents.dtypes);
    return { checkpoint, dtype: "int8" };
  }
  requireTrainedHead(architecture.weightShapes, checkpoint);
  checkTensors(architecture.weightShapes, checkpoint);
  if (dtype !== "int8") return { checkpoint, dtype: dtype === "fp16" ? dtype : "fp32" };
  const tensors = architecture.int8Tensors();
  const contents = int8Contents(architecture.weightShapes, tensors);
  return { checkpoint: await openInt8Checkpoint(checkpoint, tensors, contents), dtype };
}

/** A checkpoint under the names that the architecture knows its tensors by. */
export function canonicallyNamed(checkpoint: Checkpoint, { canonicalName }: Architecture): Checkpoint {
  return canonicalName === undefined ? checkpoint : renameTensors(checkpoint, canonicalName);
}

/** A checkpoint as if it held these tensors only. */
function only(checkpoint: Checkpoint, entries: readonly (readonly [name: string, ...unknown[]])[]): Checkpoint {
  const names = new Set(entries.map(([name]) => name));
  return { ...checkpoint, tensors: new Map([...checkpoint.tensors].filter(([name]) => names.has(name))) };
}

function onlyInt8(folder: string, dtype: "fp32" | "fp16"): InvalidOptionsError {
  return new InvalidOptionsError(
    `dtype must be "int8" or "auto" for ${folder}, which holds int8 weights, got "${dtype}". Load the model it was ` +
      `converted from instead.`,
    { dtype, folder },
  );
}
