import { join } from "node:path";
import type { Checkpoint } from "./checkpoint.js";
import { openCheckpoint } from "./open-checkpoint.js";

/** A checkpoint whose weights lie in several folders. */
export interface ModuleCheckpoints {
  /** All of them as one. Tensors of modules are known by the folder's name and their own: `2_Dense.linear.weight`. */
  whole: Checkpoint;
  /** The one in the model's own folder. */
  root: Checkpoint;
  /** Those of the modules, in their order, with tensors under their own names. */
  modules: readonly Checkpoint[];
}

/**
 * Opens a model's weights, and those of its modules.
 *
 * @param moduleFolders - Relative to the model's folder; none for a model of one piece.
 * @throws {ModelNotFoundError} If a folder has no safetensors, naming `pytorch_model.bin` where that is all there is.
 * @throws {InvalidModelFileError} If a file is damaged.
 */
export async function openModuleCheckpoints(
  folder: string,
  moduleFolders: readonly string[],
): Promise<ModuleCheckpoints> {
  const root = await openCheckpoint(folder);
  const modules: Checkpoint[] = [];
  const tensors = new Map(root.tensors);
  for (const path of moduleFolders) {
    const module = await openCheckpoint(join(folder, path));
    modules.push(module);
    for (const tensor of module.tensors.values()) {
      const name = `${path}.${tensor.name}`;
      tensors.set(name, { ...tensor, name });
    }
  }
  const files = [root, ...modules].flatMap((checkpoint) => checkpoint.files);
  return { whole: { path: root.path, files, tensors }, root, modules };
}
