import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";

/**
 * Lists a model's files: those at the folder's root and in `onnx/`, where ONNX files are looked for.
 *
 * @param onnxFile - A file that is asked for; the files of its folder are listed too.
 * @returns Paths in the folder, with `/` between folders.
 */
export async function listModelFiles(folder: string, onnxFile = ""): Promise<string[]> {
  const subfolders = new Set(["", "onnx", posix.dirname(posix.normalize(onnxFile)).replace(/^\.$/, "")]);
  const inside = [...subfolders].filter((name) => !name.startsWith("..") && !posix.isAbsolute(name));
  const lists = await Promise.all(inside.map((name) => listFolder(folder, name)));
  return lists.flat();
}

async function listFolder(folder: string, name: string): Promise<string[]> {
  // Folders too: what has a file's name and is none is an error of whoever reads it, not a reason to run something else.
  const names = await readdir(join(folder, name)).catch(() => []);
  return names.map((entry) => posix.join(name, entry));
}
