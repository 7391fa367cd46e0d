import { mkdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";
import { loadModelSettings, resolveModelFolder } from "../hub/index.js";
import { describeArchitecture } from "../inference/index.js";
import { isInt8Checkpoint, writeInt8Checkpoint } from "../quantization/index.js";
import { checkTensors, openCheckpoint, type Checkpoint } from "../safetensors/index.js";
import { copyModelFiles, planCopies } from "./copy-model-files.js";
import { requireFree } from "./require-free.js";

/** What a conversion has made. */
export interface Int8Model {
  folder: string;
  /** Bytes of the weights before and after. */
  sourceBytes: number;
  bytes: number;
}

const weightsName = "model.safetensors";

/**
 * Writes a folder that loads by itself, with weights in int8 and the small files as they are.
 *
 * @param model - As for `CrossEncoder.fromPretrained`.
 * @throws {InvalidOptionsError} If the output folder holds a model already, or the model is in int8 already.
 * @throws Also what loading the model throws.
 */
export async function convertToInt8(
  model: string | undefined,
  { outputFolder, replaces = false }: { outputFolder: string; replaces?: boolean },
): Promise<Int8Model> {
  const folder = await resolveModelFolder(model);
  const { architecture: name, config, labelCount } = await loadModelSettings(folder);
  const architecture = describeArchitecture(name, config, { path: join(folder, "config.json"), labelCount });
  const checkpoint = await openCheckpoint(folder);
  requireFloats(checkpoint);
  checkTensors(architecture.weightShapes, checkpoint);
  await requireOtherFolder(folder, outputFolder);
  const path = join(outputFolder, weightsName);
  if (!replaces) await requireFree(path);
  const copies = await planCopies(folder, outputFolder, { replaces });
  await mkdir(outputFolder, { recursive: true });
  await copyModelFiles(copies);
  await writeInt8Checkpoint(checkpoint, architecture.int8Tensors(), path);
  const sourceBytes = checkpoint.files.reduce((sum, { size }) => sum + size, 0);
  return { folder: outputFolder, sourceBytes, bytes: (await stat(path)).size };
}

function requireFloats(checkpoint: Checkpoint): void {
  if (!isInt8Checkpoint(checkpoint)) return;
  throw new InvalidOptionsError(
    `${checkpoint.path} must hold floats to be converted, but is in int8 already. Name the model it was made from.`,
    { path: checkpoint.path },
  );
}

async function requireOtherFolder(folder: string, outputFolder: string): Promise<void> {
  const target = await realpath(outputFolder).catch(() => resolve(outputFolder));
  if (target !== (await realpath(folder))) return;
  throw new InvalidOptionsError(
    `The output folder must be another than the model's, got ${outputFolder} for both. A conversion replaces nothing.`,
    { outputFolder },
  );
}
