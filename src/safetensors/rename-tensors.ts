import type { Checkpoint, TensorEntry } from "./checkpoint.js";

/**
 * A checkpoint with its tensors under other names, or without some.
 *
 * @param rename - Gives a tensor's new name, or `undefined` to leave it out. A name that another tensor has in the file
 * is not given again: the tensor keeps its own.
 */
export function renameTensors(checkpoint: Checkpoint, rename: (name: string) => string | undefined): Checkpoint {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, entry] of checkpoint.tensors) {
    const wanted = rename(name);
    if (wanted === undefined) continue;
    const given = wanted !== name && checkpoint.tensors.has(wanted) ? name : wanted;
    tensors.set(given, { ...entry, name: given });
  }
  return { ...checkpoint, tensors };
}
