import { lstat } from "node:fs/promises";
import { InvalidOptionsError } from "../errors/index.js";

/** @throws {InvalidOptionsError} If there is something at `path`, or where its folder should be. */
export async function requireFree(path: string): Promise<void> {
  const code = await errorCodeAt(path);
  if (code === "ENOENT") return;
  if (code === "ENOTDIR") {
    throw new InvalidOptionsError(
      `${path} must be in a folder, but what leads there is a file. Choose another output folder.`,
      { path },
    );
  }
  throw new InvalidOptionsError(
    `${path} must not be there yet, but is. Choose another output folder, or allow replacing (--force).`,
    { path },
  );
}

/** The system's code for why nothing is seen there; `undefined` if something is. */
async function errorCodeAt(path: string): Promise<string | undefined> {
  return lstat(path).then(
    () => undefined,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
}
