import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { InvalidModelFileError, InvalidOptionsError } from "../errors/index.js";
import type { Architecture, GraphPrecision } from "../architectures/shared/index.js";
import { MappedWeights, type LocateWeight, type MappedPrecision, type WeightLocation } from "../onnx/index.js";
import type { Checkpoint, Dtype } from "../safetensors/index.js";
import { describeArchitecture } from "./architectures.js";
import { isGpu, type Device } from "./devices.js";
import { openWeights, type Weights } from "./open-weights.js";
import { PaddedRunner } from "./padded-runner.js";
import { productsSaturate } from "./product-saturation.js";
import type { ComputeDtype, LoadedModel, ModelSpec } from "./protocol.js";
import type { PreparedModel, Runner } from "./runner.js";
import { openSession } from "./session.js";
import { StreamRunner } from "./stream-runner.js";

/**
 * Checks a checkpoint against its config. Its graph is built when the device is known: over a token stream for the CPU,
 * in the standard layout for GPUs, whose providers lack operators of the other.
 *
 * @throws Also what opening, checking and converting a checkpoint throws.
 */
export async function prepareCheckpoint(spec: ModelSpec): Promise<PreparedModel> {
  if (spec.dtype === "int8") requireCpu(spec);
  const architecture = describeArchitecture(spec.architecture, spec.config, {
    path: join(spec.folder, "config.json"),
    labelCount: spec.labelCount,
    head: spec.savedHead?.head,
  });
  requirePositions(spec.maxLength, architecture.maxPositions);
  const weights = await openWeights(spec, architecture);
  if (weights.dtype === "int8") requireCpu(spec);
  const model = { spec, architecture, weights };
  return {
    vocabularySize: architecture.vocabularySize,
    tokenTypeCount: architecture.tokenTypeCount,
    gpuPrecision: precisionOnGpu(weights.dtype),
    open: (device) => (device === "cpu" ? openStream(model) : openPadded(model, device)),
  };
}

interface CheckedModel {
  spec: ModelSpec;
  architecture: Architecture;
  weights: Weights;
}

async function openStream({ spec, architecture, weights }: CheckedModel): Promise<Runner> {
  const { checkpoint, dtype } = weights;
  if (dtype === "fp16") throw halfOnCpu();
  const weightsFolder = requireOneFolder(checkpoint);
  const options = { maxLength: spec.maxLength, precision: await precisionOnCpu(dtype) };
  const session = await openSession({
    graph: architecture.buildGraph(locateWeights(checkpoint, weightsFolder), options).encode(),
    weightsFolder,
    threads: spec.threads,
  });
  return new StreamRunner(
    session,
    architecture.streamShape,
    describeCheckpoint(weights, { runs: "stream", folder: spec.folder }),
  );
}

async function openPadded({ spec, architecture, weights }: CheckedModel, device: Device): Promise<Runner> {
  const { checkpoint, dtype } = weights;
  const weightsFolder = requireOneFolder(checkpoint);
  const mapped = new MappedWeights(locateWeights(checkpoint, weightsFolder), precisionOnGpu(dtype) ?? "fp32");
  const session = await openSession({
    graph: architecture.buildStandardGraph(mapped).encode(),
    weightsFolder,
    threads: spec.threads,
    device,
  });
  const info = describeCheckpoint(weights, { runs: "standard", folder: spec.folder });
  return new PaddedRunner(session, spec, { path: checkpoint.path, info });
}

async function precisionOnCpu(dtype: ComputeDtype): Promise<GraphPrecision> {
  return dtype === "int8" ? { dtype, hasUnsignedWeights: await productsSaturate() } : { dtype: "fp32" };
}

function precisionOnGpu(dtype: ComputeDtype): MappedPrecision | undefined {
  if (dtype === "int8") return undefined;
  return dtype === "fp16" ? "fp16" : "fp32";
}

const weightTypes: Partial<Record<Dtype, WeightLocation["type"]>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I8: "int8",
};

function locateWeights(checkpoint: Checkpoint, weightsFolder: string): LocateWeight {
  const realNames = new Map(
    checkpoint.files.map(({ path, realPath }) => [path, relative(weightsFolder, realPath).replaceAll(sep, "/")]),
  );
  return (name) => {
    const tensor = checkpoint.tensors.get(name);
    const fileName = realNames.get(tensor?.path ?? "");
    const type = tensor && weightTypes[tensor.dtype];
    if (tensor === undefined || fileName === undefined || type === undefined)
      throw new TypeError(`Weight ${name} was checked and is not there. This is a bug.`);
    return { fileName, byteOffset: tensor.byteOffset, type };
  };
}

/**
 * The folder that all weights lie in, at whatever depth. ONNX Runtime follows no link out of it, so it is that of the
 * files that links lead to.
 */
function requireOneFolder(checkpoint: Checkpoint): string {
  const folders = [...new Set(checkpoint.files.map(({ realPath }) => dirname(realPath)))];
  const [first = ""] = folders;
  let common = first;
  while (!folders.every((folder) => isWithin(common, folder))) {
    // The root of a drive: there is no folder above it.
    if (dirname(common) === common) throw noCommonFolder(checkpoint, folders);
    common = dirname(common);
  }
  return common;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] !== ".." && !isAbsolute(way);
}

function noCommonFolder({ path }: Checkpoint, folders: readonly string[]): InvalidModelFileError {
  return new InvalidModelFileError(
    `The files of ${path} must lie on one drive, but links lead to ${folders.join(" and ")}. Copy them into one folder.`,
    { path, folders },
  );
}

function describeCheckpoint(
  { checkpoint, dtype }: Weights,
  { runs, folder }: { runs: LoadedModel["runs"]; folder: string },
): Runner["info"] {
  const tensors = [...checkpoint.tensors.values()];
  return {
    dtype,
    runs,
    metadata: {},
    parameterCount: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    weightTypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    // Those in the cache are known by their names.
    weightFiles: checkpoint.files.map(({ path }) => (isWithin(folder, path) ? relative(folder, path) : basename(path))),
    weightBytes: checkpoint.files.reduce((sum, { size }) => sum + size, 0),
  };
}

function requirePositions(maxLength: number, positions: number): void {
  if (maxLength <= positions) return;
  throw new InvalidOptionsError(
    `The maximum length must be at most ${positions}, the positions the model was trained with, got ${maxLength}.`,
    { maxLength, positions },
  );
}

function requireCpu({ device, folder }: ModelSpec): void {
  if (!isGpu(device)) return;
  throw new InvalidOptionsError(
    `device must be "cpu" for ${folder} in int8, got "${device}": dtype "int8" is for processors. Use "fp16" or "fp32" ` +
      `there.`,
    { device, dtype: "int8" },
  );
}

function halfOnCpu(): InvalidOptionsError {
  return new InvalidOptionsError(
    `dtype must not be "fp16" on the CPU, which multiplies in float32 faster. Checkpoints in half precision are taken ` +
      `as they are: use dtype "fp32" or "auto"; or a GPU, with the option device.`,
    { device: "cpu", dtype: "fp16" },
  );
}
