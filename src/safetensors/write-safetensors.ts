import type { FileHandle } from "node:fs/promises";

import { writeWholeFile } from "../files/index.js";
import { dtypeBits, tensorByteLength, type Dtype } from "./dtype.js";
import { invalidFile } from "./invalid-file.js";
import { parseHeader, prefixBytes } from "./parse-header.js";

/** A tensor to write. */
export interface TensorSource {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  /**
   * The elements, little-endian, the last axis running fastest.
   *
   * A function is called when the tensor's turn comes, and may give them in pieces: a model need not fit in memory.
   */
  data: ArrayBufferView | (() => Iterable<ArrayBufferView> | AsyncIterable<ArrayBufferView>);
}

/**
 * Writes a safetensors file as the safetensors library lays it out, so that every tensor is aligned.
 *
 * Tensors with larger elements come first, then they go by name; the header is padded to a multiple of 8 bytes.
 * The file appears under its name once it is complete. Where writing fails, what was there before stays.
 *
 * @param metadata - Texts by name, kept in the header.
 * @throws {InvalidModelFileError} If crossrank would refuse to read the file (two tensors of one name, say), or a
 * tensor's data are not as long as its shape demands.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const sorted = [...tensors].sort(byLayout);
  const header = encodeHeader(sorted, metadata, path);
  await writeWholeFile(path, async (file) => {
    await file.appendFile(header);
    for (const tensor of sorted) await appendData(file, tensor, path);
  });
}

function encodeHeader(
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
  path: string,
): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = end;
    end += tensorByteLength(dtype, shape);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const hasMetadata = Object.keys(metadata).length > 0;
  const json = JSON.stringify({ ...(hasMetadata ? { __metadata__: metadata } : {}), ...Object.fromEntries(entries) });
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const header = Buffer.alloc(prefixBytes + length, " ");
  header.writeBigUInt64LE(BigInt(length));
  header.write(json, prefixBytes);
  parseHeader(header.subarray(prefixBytes), { path, size: header.length + end });
  return header;
}

async function appendData(file: FileHandle, { name, dtype, shape, data }: TensorSource, path: string): Promise<void> {
  let written = 0;
  for await (const piece of typeof data === "function" ? data() : [data]) {
    await file.appendFile(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
    written += piece.byteLength;
  }
  const byteLength = tensorByteLength(dtype, shape);
  if (written === byteLength) return;
  const remedy = "Give as many elements as its shape says, of its dtype.";
  const expected = `${byteLength} bytes`;
  throw invalidFile({ path, tensor: name, subject: "the data", expected, actual: `${written} bytes`, remedy });
}

function byLayout(left: TensorSource, right: TensorSource): number {
  return dtypeBits[right.dtype] - dtypeBits[left.dtype] || (left.name < right.name ? -1 : 1);
}
