import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelNotFoundError } from "../errors/index.js";
import { downloadModel, type DownloadOptions } from "./download-model.js";
import { parseModelId } from "./model-id.js";

/** Where the model that comes with crossrank lies, seen from the built package's `dist`. */
const embeddedModelUrl = new URL("../models/nano/", import.meta.url);

/**
 * Finds a model's folder, and downloads the model if it is one of the Hub's.
 *
 * @param model - Path of a folder, else the id of a model on the Hub; without one, the embedded model.
 * @param options - Of a model on the Hub.
 * @returns The folder's absolute path.
 * @throws {ModelNotFoundError} If there is no such folder, and it can be no id.
 * @throws Also what {@link downloadModel} throws.
 */
export async function resolveModelFolder(model?: string, options: DownloadOptions = {}): Promise<string> {
  if (model === undefined) return fileURLToPath(embeddedModelUrl);
  const folder = resolve(model);
  const stats = await stat(folder).catch(() => undefined);
  if (stats?.isDirectory()) return folder;
  const id = stats === undefined ? parseModelId(model) : undefined;
  if (id !== undefined) return downloadModel(id, options);
  const found = stats === undefined ? "there is nothing" : "there is a file";
  throw new ModelNotFoundError(
    `The model must be a folder with config.json, tokenizer.json and model.safetensors or an ONNX file, but at ${folder} ${found}. ` +
      `Name a folder, or a model on the Hub: owner/name, or name for one of cross-encoder's.`,
    { model, path: folder },
  );
}
