/**
 * Tensors of texts and numbers as the Open Inference Protocol's binary extension lays them out.
 *
 * A body is JSON, then the tensors' bytes in the order in which the JSON lists them. A text is its length in UTF-8 bytes,
 * uint32 little-endian, and its bytes.
 *
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import { InvalidInputError } from "../../errors/index.js";

const lengthBytes = 4;

/** @throws {InvalidInputError} If the bytes are not whole texts, or no UTF-8. */
export function decodeTexts(bytes: Buffer, tensor: string): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const texts: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + lengthBytes > bytes.length) throw invalidTensor(tensor, `ends within a length, at byte ${offset}`);
    const length = bytes.readUInt32LE(offset);
    const start = offset + lengthBytes;
    offset = start + length;
    if (offset > bytes.length)
      throw invalidTensor(tensor, `has a text of ${length} bytes at byte ${start}, which ends past it`);
    try {
      texts.push(decoder.decode(bytes.subarray(start, offset)));
    } catch {
      throw invalidTensor(tensor, `has a text at byte ${start} that is no UTF-8`);
    }
  }
  return texts;
}

/** Little-endian, whatever the machine's order. */
export function encodeFloats(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
  return bytes;
}

/** Little-endian, whatever the machine's order. */
export function encodeIntegers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32LE(value, 4 * index));
  return bytes;
}

function invalidTensor(tensor: string, what: string): InvalidInputError {
  return new InvalidInputError(
    `The tensor ${tensor} must be texts, each after its length as uint32 little-endian, but it ${what}.`,
    { argument: tensor },
  );
}
