import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { CacheUnavailableError, CrossrankError } from "../errors/index.js";
import type { QuantizedTensor } from "../onnx/index.js";
import { checkTensors, openCheckpoint, type Checkpoint } from "../safetensors/index.js";
import { writeInt8Checkpoint, type Int8Contents } from "./int8-checkpoint.js";

/** Part of every key: to be raised whenever the same checkpoint would be quantized otherwise. */
const quantizationVersion = 1;

/** Environment variable that names another folder than the system's for caches. */
const cacheVariable = "CROSSRANK_CACHE";

/**
 * Opens a checkpoint's int8 form, which is made on first use.
 *
 * An entry is keyed by what it was made from: place, size, time and header of the files, and what is quantized. It is
 * complete as soon as it has its name, so processes that make the same one at once only do the work twice.
 *
 * @param contents - What the entry must hold; one that holds anything else is made anew.
 * @throws {CacheUnavailableError} If the cache folder cannot be written to.
 */
export async function openInt8Checkpoint(
  checkpoint: Checkpoint,
  tensors: readonly QuantizedTensor[],
  contents: Int8Contents,
): Promise<Checkpoint> {
  const folder = join(cacheFolder(), "int8", cacheKey(checkpoint, tensors));
  const known = await openSound(folder, contents);
  if (known !== undefined) return known;
  try {
    await mkdir(folder, { recursive: true });
    await writeInt8Checkpoint(checkpoint, tensors, join(folder, "model.safetensors"));
  } catch (error) {
    if (CrossrankError.isInstance(error)) throw error;
    throw new CacheUnavailableError(
      `The int8 weights must be kept in ${folder}, but writing there failed: ${(error as Error).message}. Set ` +
        `${cacheVariable} to a folder that can be written to, or convert the model once with "crossrank convert".`,
      { path: folder },
      { cause: error },
    );
  }
  const made = await openCheckpoint(folder);
  checkTensors(contents.shapes, made, contents.dtypes);
  return made;
}

/** Where converted weights are kept. Deleting it is always safe. An empty variable counts as none. */
function cacheFolder(): string {
  return process.env[cacheVariable] || envPaths("crossrank", { suffix: "" }).cache;
}

/** An entry, unless there is none or it is damaged. */
async function openSound(folder: string, contents: Int8Contents): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = await openCheckpoint(folder);
    checkTensors(contents.shapes, checkpoint, contents.dtypes);
    return checkpoint;
  } catch (error) {
    if (CrossrankError.isInstance(error)) return undefined;
    throw error;
  }
}

function cacheKey({ files }: Checkpoint, tensors: readonly QuantizedTensor[]): string {
  const identity = files.map(({ realPath, size, mtimeNs, device, inode, headerSha256 }) => [
    realPath,
    size,
    mtimeNs,
    device,
    inode,
    headerSha256,
  ]);
  return createHash("sha256")
    .update(JSON.stringify([quantizationVersion, identity, tensors]))
    .digest("hex");
}
