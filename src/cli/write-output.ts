import { open, realpath, rename, stat } from "node:fs/promises";
import { print } from "./print.js";

/** Adds text to an output, and waits until it has been taken. */
export type Write = (text: string) => Promise<void>;

/**
 * Gives `produce` an output to write to.
 *
 * A file is written as `<path>.partial` and renamed once `produce` is done: a file at `path` is whole. On failure the
 * partial file stays, and standard error says so.
 *
 * @param path - Standard output if undefined. What is there and is no regular file, such as `/dev/null`, is written to.
 */
export async function writeOutput(path: string | undefined, produce: (write: Write) => Promise<void>): Promise<void> {
  if (path === undefined) return produce(print);
  const target = await realpath(path).catch(() => path);
  const isSpecial = await stat(target).then(
    (stats) => !stats.isFile(),
    () => false,
  );
  if (isSpecial) return writeFile(target, produce);
  const partial = `${target}.partial`;
  await writeFile(partial, produce);
  await rename(partial, target);
}

async function writeFile(path: string, produce: (write: Write) => Promise<void>): Promise<void> {
  const file = await open(path, "w");
  try {
    await produce((text) => file.appendFile(text));
  } catch (error) {
    process.stderr.write(`What was written until then is in ${path}.\n`);
    throw error;
  } finally {
    await file.close();
  }
}
