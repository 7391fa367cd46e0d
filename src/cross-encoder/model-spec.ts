import { chooseWeights, listModelFiles, weightsWish, type ModelSettings } from "../hub/index.js";
import type { ModelSpec } from "../inference/index.js";
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
  const { folder, config, architecture, canBuild, chain: savedHead, labelCount, maxLength } = settings;
  const { threads, dtype, device, onnxFile } = options;
  const paths = await listModelFiles(folder, onnxFile);
  const onnx = chooseWeights({ paths, canBuild }, weightsWish(options));
  return { folder, config, architecture, savedHead, labelCount, maxLength, threads, dtype, device, onnx };
}
