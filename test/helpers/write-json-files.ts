import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes JSON files into a folder, which is made if it is not there: contents by file name, `undefined` for no file. */
export async function writeJsonFiles(folder: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries(files)
      .filter(([, content]) => content !== undefined)
      .map(([name, content]) => writeFile(join(folder, name), JSON.stringify(content))),
  );
}
