import { readProcessor } from "../machine/index.js";
import { shardIndexName, singleName } from "./file-names.js";
import { chooseOnnxFile, onnxPaths, type OnnxFile, type OnnxWish } from "./onnx-files.js";

/** What a caller asks of a model's weights. */
export interface GivenWeights {
  /** See {@link OnnxWish.file}. */
  onnxFile?: string | undefined;
  dtype?: OnnxWish["dtype"] | undefined;
  /** No ONNX file will do. */
  checkpointOnly?: boolean | undefined;
}

/** What is wanted of a model's weights. */
export interface WeightsWish extends OnnxWish {
  checkpointOnly: boolean;
}

/** What a repository is: see {@link canBuild} of the model's settings. */
export interface WeightsSource {
  /** All files of the repository, with `/` between folders. */
  paths: readonly string[];
  /** Whether crossrank can build the model's graph from a checkpoint. */
  canBuild: boolean;
}

/** What is wanted on this machine. */
export function weightsWish({ onnxFile, dtype = "auto", checkpointOnly = false }: GivenWeights): WeightsWish {
  return { file: onnxFile, dtype, checkpointOnly, processor: readProcessor() };
}

/**
 * Decides what of a repository is run.
 *
 * @returns The ONNX file; `undefined` for the checkpoint, and where there is neither.
 * @throws {InvalidOptionsError} If an ONNX file is to be run and none fits; lists those that are there.
 */
export function chooseWeights(source: WeightsSource, wish: WeightsWish): OnnxFile | undefined {
  return needsOnnxFile(source, wish) ? chooseOnnxFile(source.paths, wish) : undefined;
}

/** A checkpoint goes first, where its graph can be built; an ONNX file else, or where one is asked for by name. */
export function needsOnnxFile({ paths, canBuild }: WeightsSource, { file, checkpointOnly }: WeightsWish): boolean {
  if (checkpointOnly) return false;
  if (file !== undefined) return true;
  return !(canBuild && hasCheckpoint(paths)) && onnxPaths(paths).length > 0;
}

function hasCheckpoint(paths: readonly string[]): boolean {
  return paths.includes(singleName) || paths.includes(shardIndexName);
}
