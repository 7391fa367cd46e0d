/**
 * The header of a safetensors file, from its bytes.
 *
 * A file is the header's length (8 bytes, little-endian), the header (JSON: tensor name to dtype, shape, and
 * data_offsets that count from the header's end), and the data. Nothing in it is trusted before it is checked here.
 *
 * Reference: https://github.com/huggingface/safetensors/blob/v0.8.0/README.md#format
 */
import { z } from "zod";

import type { InvalidModelFileError } from "../errors/index.js";
import { checkLayout } from "./check-layout.js";
import type { FileExtent, TensorEntry } from "./checkpoint.js";
import { dtypeBits, isDtype, tensorByteLength } from "./dtype.js";
import { invalidFile, saveAgain } from "./invalid-file.js";
import { quote, shorten, showShape, showValue } from "./message-text.js";
import { parseJsonObject } from "./parse-json.js";

/** What the header's length takes at the start of the file. */
export const prefixBytes = 8;

/** `MAX_HEADER_SIZE` of the reference. */
const maxHeaderBytes = 100_000_000;

const integer = "a non-negative integer below 2^53";
const integerSchema = z.int(integer).min(0, integer);
const entrySchema = z.object(
  {
    dtype: z.string("a string"),
    shape: z.array(integerSchema, "an array of integers"),
    data_offsets: z.tuple([integerSchema, integerSchema], "an array of two integers"),
  },
  "an object with dtype, shape and data_offsets",
);
const metadataSchema = z.object({
  __metadata__: z.record(z.string(), z.string("a string"), "an object of strings").nullish(),
});

/**
 * Reads the header's length, before anything of that length is allocated.
 *
 * @param prefix - The first {@link prefixBytes} bytes of the file, or all it has.
 * @returns Bytes of the header; the file has as many.
 * @throws {InvalidModelFileError} If the file is too short for its header, or the header longer than any is.
 */
export function parseHeaderLength(prefix: Uint8Array, { path, size }: FileExtent): number {
  const remedy = "Download the file again: it is damaged, incomplete, or not in the safetensors format.";
  const refuse = (subject: string, expected: string, actual: number | bigint) =>
    invalidFile({ path, byteOffset: 0, subject, expected, actual: `${actual} bytes`, remedy });
  if (prefix.length < prefixBytes) throw refuse("the file", `at least ${prefixBytes} bytes`, prefix.length);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes) throw refuse("the header length", `at most ${maxHeaderBytes} bytes`, length);
  const rest = size - prefixBytes;
  if (length > rest) throw refuse("the header length", `at most the ${rest} bytes that follow it`, length);
  return Number(length);
}

/**
 * Parses the header of a file.
 *
 * A name that occurs twice means its last entry, as in the reference; if the two have data of their own, the first
 * one's are covered by no tensor and the file is refused.
 *
 * @param header - The bytes between the header's length and the data.
 * @returns The tensors in the header's order, each aligned; their data cover the rest of the file exactly.
 * @throws {InvalidModelFileError} If anything in the header is malformed or contradicts the file.
 */
export function parseHeader(header: Uint8Array, file: FileExtent): TensorEntry[] {
  const { path } = file;
  const dataStart = prefixBytes + header.length;
  const entries = new Map(parseJsonObject(header, { path, byteOffset: prefixBytes, subject: "the header" }));
  checkMetadata(entries.get("__metadata__"), path);
  entries.delete("__metadata__");
  const tensors = Array.from(entries, ([name, value]) => {
    const refuse: Refuse = (subject, expected, actual) => {
      const byteOffset = entryOffset(header, name);
      return invalidFile({ path, byteOffset, tensor: name, subject, expected, actual, remedy: saveAgain });
    };
    return { name, path, ...parseEntry(value, dataStart, refuse) };
  });
  checkLayout(tensors, dataStart, file);
  return tensors;
}

/** Makes the error for a tensor's entry. */
type Refuse = (subject: string, expected: string, actual: string) => InvalidModelFileError;

function parseEntry(value: unknown, dataStart: number, refuse: Refuse): Omit<TensorEntry, "name" | "path"> {
  const { data, error } = entrySchema.safeParse(value, { reportInput: true });
  if (error) throw refuse(...describeIssue(error));
  const { dtype, shape } = data;
  if (!isDtype(dtype)) throw refuse("the dtype", `one of ${Object.keys(dtypeBits).join(", ")}`, quote(dtype));
  const byteLength = tensorByteLength(dtype, shape);
  const kind = `${dtype} ${showShape(shape)}`;
  if (!Number.isSafeInteger(byteLength)) {
    throw refuse("the size", "a whole number of bytes below 2^53", `${byteLength} bytes for ${kind}`);
  }
  const [begin, end] = data.data_offsets;
  if (end - begin !== byteLength) {
    throw refuse("the size", `${byteLength} bytes for ${kind}`, `${end - begin} (data_offsets [${begin}, ${end}])`);
  }
  return { dtype, shape, byteOffset: dataStart + begin, byteLength };
}

function checkMetadata(value: unknown, path: string): void {
  const { error } = metadataSchema.safeParse({ __metadata__: value }, { reportInput: true });
  if (!error) return;
  const [subject, expected, actual] = describeIssue(error);
  throw invalidFile({ path, byteOffset: prefixBytes, subject, expected, actual, remedy: saveAgain });
}

/** The first thing that is wrong, as subject, expected and actual. */
function describeIssue({ issues: [issue] }: z.ZodError): [subject: string, expected: string, actual: string] {
  const subject = issue?.path.length ? shorten(z.core.toDotPath(issue.path)) : "the entry";
  return [subject, issue?.message ?? "", showValue(issue?.input)];
}

/** Where a tensor's entry starts in the file; the header's start where it is not spaced as the reference spaces it. */
function entryOffset(header: Uint8Array, name: string): number {
  return prefixBytes + Math.max(0, Buffer.from(header).lastIndexOf(`${JSON.stringify(name)}:{`));
}
