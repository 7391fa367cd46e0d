import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";

/**
 * Sees to it before the work that its results can be written, and that none of what it reads is lost by that.
 *
 * @param output.flag - What named the path, for errors.
 * @param output.inputs - Paths of what the command reads; those that are no files do not matter.
 * @throws {InvalidOptionsError} If the path is a folder, is in none that can be written to, or is one of the inputs.
 */
export async function requireOutput(
  path: string,
  { flag, inputs }: { flag: string; inputs: readonly string[] },
): Promise<void> {
  const found = await statsOf(path);
  const refuse = (found: string) => {
    throw new InvalidOptionsError(`${flag} must name a file that can be written, but ${found}. Name another.`, {
      path,
    });
  };
  if (found?.isDirectory()) refuse(`${path} is a folder`);
  if (found !== undefined && !found.isFile()) return;
  for (const input of inputs) {
    const other = await statsOf(input);
    if (found && other && found.ino === other.ino && found.dev === other.dev) refuse(`${path} is what is read`);
  }
  const folder = dirname(path);
  if (!(await statsOf(folder))?.isDirectory()) refuse(`there is no folder ${folder}`);
  await access(folder, constants.W_OK).catch(() => refuse(`the folder ${folder} cannot be written to`));
}

function statsOf(path: string) {
  return stat(path).catch(() => undefined);
}
