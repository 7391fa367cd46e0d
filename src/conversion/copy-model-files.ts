import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transformerFiles } from "../hub/index.js";
import { requireFree } from "./require-free.js";

/** The small files that a model may have beside its weights. */
const fileNames = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "modules.json",
  ...transformerFiles,
  "config_sentence_transformers.json",
];

/** A file to copy. */
export interface Copy {
  source: string;
  target: string;
}

/**
 * Decides which of a model's small files are to be copied: those that it has, and the target folder has not already.
 *
 * @param options.moduleFiles - What is to be copied of the folders of modules: paths from the model's folder.
 * @throws {InvalidOptionsError} If a file of the target folder has another content, and must not be replaced.
 */
export async function planCopies(
  sourceFolder: string,
  targetFolder: string,
  { moduleFiles, replaces }: { moduleFiles: readonly string[]; replaces: boolean },
): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const name of [...fileNames, ...moduleFiles]) {
    const copy = { source: join(sourceFolder, name), target: join(targetFolder, name) };
    const content = await readIfThere(copy.source);
    if (content === undefined || (await readIfThere(copy.target))?.equals(content)) continue;
    if (!replaces) await requireFree(copy.target);
    copies.push(copy);
  }
  return copies;
}

export async function copyModelFiles(copies: readonly Copy[]): Promise<void> {
  for (const { source, target } of copies) {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
}
