import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";

/** Settings, tokenizer and label texts; weights and their index are what a conversion writes itself. */
const smallFile = /\.(json|txt)$/;
const weightsIndex = /\.index\.json$/;

/**
 * Makes a folder that will hold a converted model, and copies the small files of the original into it.
 *
 * @param options.result - Name of the file that the conversion will write there.
 * @throws {InvalidOptionsError} If that file is there already and `force` is not set, or the folder is the original's.
 */
export async function prepareOutputFolder(
  folder: string,
  outputFolder: string,
  { result, force }: { result: string; force: boolean },
): Promise<void> {
  await mkdir(outputFolder, { recursive: true });
  const present = await readdir(outputFolder, { recursive: true });
  if (present.includes(result) && !force) {
    throw new InvalidOptionsError(
      `${outputFolder} must not hold a ${result} yet, but does. Name another folder, or pass --force to replace it.`,
      { outputFolder, file: result },
    );
  }
  for (const name of await readdir(folder)) {
    if (smallFile.test(name) && !weightsIndex.test(name)) await copyFile(join(folder, name), join(outputFolder, name));
  }
}
