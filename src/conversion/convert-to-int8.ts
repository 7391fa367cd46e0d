import { mkdir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";
import { writeInt8Checkpoint } from "../quantization/index.js";
import { copyModelFiles, planCopies } from "./copy-model-files.js";
import { openFloatModel } from "./open-float-model.js";
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
 * Writes a folder that loads by itself, with weights in int8 and the small files as they are. So are the modules after an
 * encoder: a head is computed in float32.
 *
 * @param model - Path of a folder that `CrossEncoder.fromPretrained` takes.
 * @throws {InvalidOptionsError} If the output folder holds a model already, or the model is in int8 already.
 * @throws Also what loading the model throws.
 */
export async function convertToInt8(
  model: string,
  { outputFolder, replaces = false }: { outputFolder: string; replaces?: boolean },
): Promise<Int8Model> {
  const { settings, architecture, rootCheckpoint, ...modules } = await openFloatModel(model);
  const { folder } = settings;
  await requireOtherFolder(folder, outputFolder);
  const path = join(outputFolder, weightsName);
  if (!replaces) await requireFree(path);
  const copies = await planCopies(folder, outputFolder, {
    moduleFiles: [...modules.moduleConfigs, ...modules.moduleWeights],
    replaces,
  });
  await mkdir(outputFolder, { recursive: true });
  await copyModelFiles(copies);
  await writeInt8Checkpoint(rootCheckpoint, architecture.int8Tensors(), path);
  const sourceBytes = rootCheckpoint.files.reduce((sum, { size }) => sum + size, 0);
  return { folder: outputFolder, sourceBytes, bytes: (await stat(path)).size };
}

async function requireOtherFolder(folder: string, outputFolder: string): Promise<void> {
  const target = await realpath(outputFolder).catch(() => resolve(outputFolder));
  if (target !== (await realpath(folder))) return;
  throw new InvalidOptionsError(
    `The output folder must be another than the model's, got ${outputFolder} for both. A conversion replaces nothing.`,
    { outputFolder },
  );
}
