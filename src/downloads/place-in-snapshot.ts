import { copyFile, link, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { isFile } from "./repository-cache.js";

/**
 * Gives a blob its name in a snapshot: by a relative link, so that the cache can be moved.
 *
 * Where symbolic links cannot be made (on Windows without the right to) it is a hard link, or else a copy, as a whole.
 *
 * @param linkTo - Makes a symbolic link; the tests' way to a system without.
 * @throws The system's error.
 */
export async function placeInSnapshot(blob: string, pointer: string, linkTo = symlink): Promise<void> {
  await mkdir(dirname(pointer), { recursive: true });
  const target = relative(dirname(pointer), blob);
  // Under a name of its own first: what is there may be a link that leads nowhere, or another process's.
  const temporary = `${pointer}.${process.pid}.incomplete`;
  await rm(temporary, { force: true });
  try {
    await linkTo(target, temporary)
      .catch(() => link(blob, temporary))
      .catch(() => copyFile(blob, temporary));
    await rename(temporary, pointer);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!(await isFile(pointer))) throw error;
  }
}
