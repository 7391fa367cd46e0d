import { chooseOnnxFile, onnxPaths, type OnnxFile, type OnnxWish } from "./onnx-files.js";

/** What is wanted of a model's weights. */
export interface WeightsWish extends OnnxWish {
  /** Whether crossrank can build the model's graph from a checkpoint. */
  canBuild: boolean;
}

const checkpointNames = ["model.safetensors", "model.safetensors.index.json"];

/**
 * Decides what of a repository is run.
 *
 * A checkpoint goes first, where its graph can be built; an ONNX file else, or where one is asked for by name.
 *
 * @param paths - All files of the repository, with `/` between folders.
 * @returns The ONNX file; `undefined` for the checkpoint, and where there is neither.
 * @throws {InvalidOptionsError} If an ONNX file is to be run and none fits; lists those that are there.
 */
export function chooseWeights(paths: readonly string[], wish: WeightsWish): OnnxFile | undefined {
  if (wish.file !== undefined) return chooseOnnxFile(paths, wish);
  const hasCheckpoint = checkpointNames.some((name) => paths.includes(name));
  if ((wish.canBuild && hasCheckpoint) || onnxPaths(paths).length === 0) return undefined;
  return chooseOnnxFile(paths, wish);
}
