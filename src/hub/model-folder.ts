import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelNotFoundError } from "../errors/index.js";

/** Where the model that comes with crossrank lies, seen from the built package's `dist`. */
const embeddedModelUrl = new URL("../models/nano/", import.meta.url);

/**
 * Finds a model's folder.
 *
 * @param model - Path of a folder; without one, the embedded model.
 * @returns The folder's absolute path.
 * @throws {ModelNotFoundError} If there is no such folder.
 */
export async function resolveModelFolder(model?: string): Promise<string> {
  if (model === undefined) return fileURLToPath(embeddedModelUrl);
  const folder = resolve(model);
  const stats = await stat(folder).catch(() => undefined);
  if (stats?.isDirectory()) return folder;
  const found = stats === undefined ? "there is nothing" : "there is a file";
  throw new ModelNotFoundError(
    `The model must be a folder with config.json, tokenizer.json and model.safetensors, but at ${folder} ${found}. ` +
      `Models are not downloaded; download the repository's files into a folder and name that.`,
    { model, path: folder },
  );
}
