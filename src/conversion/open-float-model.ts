import { join, relative } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";
import { loadModelSettings, resolveModelFolder, type ModelSettings } from "../hub/index.js";
import type { Architecture } from "../architectures/shared/index.js";
import { canonicallyNamed, describeArchitecture, requireTrainedHead } from "../inference/index.js";
import { isInt8Checkpoint } from "../quantization/index.js";
import { checkTensors, openModuleCheckpoints, type Checkpoint } from "../safetensors/index.js";

/** A model that can be converted: its weights are floats, and checked. */
export interface FloatModel {
  settings: ModelSettings;
  architecture: Architecture;
  checkpoint: Checkpoint;
  /** What of the checkpoint lies in the model's own folder; all but the modules of a chain. */
  rootCheckpoint: Checkpoint;
  /** The configs of a chain's modules: paths from the model's folder. */
  moduleConfigs: readonly string[];
  /** The modules' weights, the same way. */
  moduleWeights: readonly string[];
}

/**
 * Opens a model to convert it.
 *
 * @throws {InvalidOptionsError} If its weights are in int8 already.
 * @throws {ModelNotFoundError | InvalidModelFileError | TensorNotFoundError | ShapeMismatchError} As `fromPretrained`.
 */
export async function openFloatModel(model: string): Promise<FloatModel> {
  const checkpointOnly = true;
  const settings = await loadModelSettings(await resolveModelFolder(model, { checkpointOnly }), { checkpointOnly });
  const { folder, config, labelCount, chain } = settings;
  const source = { path: join(folder, "config.json"), labelCount, head: chain?.head };
  const architecture = describeArchitecture(settings.architecture, config, source);
  const { whole, root: rootCheckpoint, modules } = await openModuleCheckpoints(folder, chain?.weightFolders ?? []);
  const checkpoint = canonicallyNamed(whole, architecture);
  if (isInt8Checkpoint(checkpoint)) throw alreadyInt8(checkpoint);
  requireTrainedHead(architecture.weightShapes, checkpoint);
  checkTensors(architecture.weightShapes, checkpoint);
  return {
    settings,
    architecture,
    checkpoint,
    rootCheckpoint,
    moduleConfigs: (chain?.folders ?? []).map((path) => join(path, "config.json")),
    moduleWeights: modules.flatMap((module) => filesOf(module).map((path) => relative(folder, path))),
  };
}

/** The file a checkpoint is opened by, and those with its tensors, each once. */
function filesOf({ path, files }: Checkpoint): string[] {
  return [...new Set([path, ...files.map((file) => file.path)])];
}

function alreadyInt8({ path }: Checkpoint): InvalidOptionsError {
  return new InvalidOptionsError(
    `${path} must hold floats to be converted, but is in int8 already. Name the model it was made from.`,
    { path },
  );
}
