import { lstat } from "node:fs/promises";
import { InvalidOptionsError } from "../errors/index.js";

/** @throws {InvalidOptionsError} If there is something at `path`. */
export async function requireFree(path: string): Promise<void> {
  if (await isFree(path)) return;
  throw new InvalidOptionsError(
    `${path} must not be there yet, but is. Choose another output folder, or allow replacing (--force).`,
    { path },
  );
}

async function isFree(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT",
  );
}
