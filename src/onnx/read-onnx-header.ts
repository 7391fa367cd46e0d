import { open, stat, type FileHandle } from "node:fs/promises";
import { InvalidModelFileError } from "../errors/index.js";
import { decodeEntry, decodeFieldStart, fieldId, maxFieldStartBytes, type FieldStart } from "./onnx-messages.js";

/** What a `.onnx` file says of itself beside its graph. */
export interface OnnxHeader {
  /** `metadata_props`. */
  metadata: Readonly<Record<string, string>>;
}

const graphId = fieldId("ModelProto", "graph");
const metadataId = fieldId("ModelProto", "metadataProps");

/** What a Git LFS repository holds in place of a file that was not fetched. */
const lfsPointer = "version https://git-lfs";

/** Far beyond any entry's: more is not read. */
const maxMetadataBytes = 2 ** 20;
/** Far beyond any model's; what comes after them is left to the runtime. */
const maxFields = 10_000;

/**
 * Reads what a `.onnx` file says of itself, from field to field, past the graph: little is read of a large file.
 *
 * Finds files that are no ONNX or were cut off, before the runtime reads them, which names neither fault nor place.
 *
 * @throws {InvalidModelFileError} If there is no file, or it is none; names the byte where it ends or goes wrong.
 */
export async function readOnnxHeader(path: string): Promise<OnnxHeader> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw new InvalidModelFileError(`${path} could not be read: ${(cause as Error).message}.`, { path }, { cause });
  });
  if (!stats.isFile()) throw invalid(path, 0, "must be a file, but is a folder, a pipe or the like");
  const file = await open(path).catch((cause: unknown) => {
    throw new InvalidModelFileError(`${path} could not be read: ${(cause as Error).message}.`, { path }, { cause });
  });
  try {
    return await readFields(file, { path, size: stats.size });
  } finally {
    await file.close();
  }
}

async function readFields(file: FileHandle, { path, size }: { path: string; size: number }): Promise<OnnxHeader> {
  await requireModel(file, { path, size });
  const metadata: Record<string, string> = {};
  let hasGraph = false;
  let position = 0;
  for (let count = 0; position < size && count < maxFields; count++) {
    const field = decodeFieldStart(await readBytes(file, position, maxFieldStartBytes));
    if (field === undefined) throw invalid(path, position, "is damaged, or not an ONNX file");
    const end = position + field.headLength + field.byteLength;
    if (end > size) throw invalid(path, size, `is cut off: it has ${size} bytes, and should have at least ${end}`);
    if (field.id === graphId) hasGraph = true;
    if (field.id === metadataId) Object.assign(metadata, await readEntry(file, position, field));
    position = end;
  }
  if (!hasGraph && position >= size) throw invalid(path, size, "is not an ONNX file: there is no graph in it");
  return { metadata };
}

async function requireModel(file: FileHandle, { path, size }: { path: string; size: number }): Promise<void> {
  if (size === 0) throw invalid(path, 0, "is empty");
  const start = Buffer.from(await readBytes(file, 0, lfsPointer.length)).toString("latin1");
  if (start === lfsPointer)
    throw invalid(path, 0, `is a pointer of Git LFS, not the model ("git lfs pull" fetches it)`);
}

async function readEntry(file: FileHandle, position: number, field: FieldStart): Promise<Record<string, string>> {
  if (field.byteLength > maxMetadataBytes) return {};
  try {
    const { key, value } = decodeEntry(await readBytes(file, position + field.headLength, field.byteLength));
    return { [key]: value };
  } catch {
    return {}; // The model does not depend on it.
  }
}

/** As many bytes as there are, at most `length`. */
async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

function invalid(path: string, byteOffset: number, fault: string): InvalidModelFileError {
  return new InvalidModelFileError(`${path} ${fault}. Download or save the file again.`, { path, byteOffset });
}
