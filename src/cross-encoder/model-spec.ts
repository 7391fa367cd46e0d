import { chooseWeights, listModelFiles, type ModelSettings } from "../hub/index.js";
import { isBuildable, type ModelSpec } from "../inference/index.js";
import { readProcessor } from "../machine/index.js";
import type { ResolvedFromPretrainedOptions } from "./resolve-options.js";

/**
 * Decides what the workers are to load.
 *
 * @throws {InvalidOptionsError} If an ONNX file is to be run and none fits.
 */
export async function createModelSpec(
  settings: ModelSettings,
  options: ResolvedFromPretrainedOptions,
): Promise<ModelSpec> {
  const { folder, config, architecture, labelCount, maxLength } = settings;
  const { threads, dtype, device, onnxFile: file } = options;
  const wish = { file, dtype, processor: readProcessor(), canBuild: isBuildable(architecture) };
  const onnx = chooseWeights(await listModelFiles(folder, file), wish);
  return { folder, config, architecture, labelCount, maxLength, threads, dtype, device, onnx };
}
