import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";

import type { CheckpointFile, TensorEntry } from "./checkpoint.js";
import { readBytes, withFile } from "./model-file.js";
import { parseHeader, parseHeaderLength, prefixBytes } from "./parse-header.js";

/**
 * Reads the header of a safetensors file, and none of its data.
 *
 * @throws {InvalidModelFileError} If the file cannot be read or its header is not sound.
 */
export async function loadHeader(path: string): Promise<{ file: CheckpointFile; tensors: TensorEntry[] }> {
  return withFile(path, async (handle) => {
    const { size: bigSize, mtimeNs, dev, ino } = await handle.stat({ bigint: true });
    const size = Number(bigSize);
    const prefix = await readBytes(handle, { path, position: 0, length: Math.min(prefixBytes, size) });
    const length = parseHeaderLength(prefix, { path, size });
    const header = await readBytes(handle, { path, position: prefixBytes, length });
    const file: CheckpointFile = {
      path,
      realPath: await realpath(path),
      size,
      mtimeNs: String(mtimeNs),
      device: String(dev),
      inode: String(ino),
      headerSha256: createHash("sha256").update(header).digest("hex"),
    };
    return { file, tensors: parseHeader(header, file) };
  });
}
