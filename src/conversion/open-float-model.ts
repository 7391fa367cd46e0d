import { join } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";
import { loadModelSettings, resolveModelFolder, type ModelSettings } from "../hub/index.js";
import type { Architecture } from "../architectures/shared/index.js";
import { canonicallyNamed, describeArchitecture } from "../inference/index.js";
import { isInt8Checkpoint } from "../quantization/index.js";
import { checkTensors, openCheckpoint, type Checkpoint } from "../safetensors/index.js";

/** A model that can be converted: its weights are floats, and checked. */
export interface FloatModel {
  settings: ModelSettings;
  architecture: Architecture;
  checkpoint: Checkpoint;
}

/**
 * Opens a model to convert it.
 *
 * @throws {InvalidOptionsError} If its weights are in int8 already.
 * @throws {ModelNotFoundError | InvalidModelFileError | TensorNotFoundError | ShapeMismatchError} As `fromPretrained`.
 */
export async function openFloatModel(model: string): Promise<FloatModel> {
  const settings = await loadModelSettings(await resolveModelFolder(model));
  const { folder, config, labelCount } = settings;
  const source = { path: join(folder, "config.json"), labelCount };
  const architecture = describeArchitecture(settings.architecture, config, source);
  const checkpoint = canonicallyNamed(await openCheckpoint(folder), architecture);
  if (isInt8Checkpoint(checkpoint)) throw alreadyInt8(checkpoint);
  checkTensors(architecture.weightShapes, checkpoint);
  return { settings, architecture, checkpoint };
}

function alreadyInt8({ path }: Checkpoint): InvalidOptionsError {
  return new InvalidOptionsError(
    `${path} must hold floats to be converted, but is in int8 already. Name the model it was made from.`,
    { path },
  );
}
