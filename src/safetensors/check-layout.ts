import type { FileExtent, TensorEntry } from "./checkpoint.js";
import { dtypeBits } from "./dtype.js";
import { downloadAgain, invalidFile, saveAgain, type Fault } from "./invalid-file.js";
import { quote } from "./message-text.js";

/**
 * Checks that the tensors cover the data of their file exactly: back to back from `dataStart` to the file's end.
 *
 * Each must start on a multiple of its element's size, so that the file can be mapped into memory and its floats
 * used in place. The safetensors library aligns them since 0.3 (https://github.com/huggingface/safetensors/pull/148);
 * the format does not demand it, and other writers may not.
 *
 * @throws {InvalidModelFileError} For the first overlap, hole, misalignment or end beyond the file, in file order.
 */
export function checkLayout(tensors: readonly TensorEntry[], dataStart: number, { path, size }: FileExtent): void {
  let end = dataStart;
  let owner = "the header";
  for (const tensor of [...tensors].sort(byPosition)) {
    checkStart(tensor, end, owner);
    end += tensor.byteLength;
    owner = `tensor ${quote(tensor.name)}`;
    if (end > size) {
      const fault = { ...faultAt(tensor), subject: "the end", remedy: downloadAgain };
      throw invalidFile({ ...fault, expected: `at most byte ${size}, where the file ends`, actual: `byte ${end}` });
    }
  }
  if (end < size) {
    const fault = { path, byteOffset: end, subject: "the end of the file", remedy: downloadAgain };
    throw invalidFile({ ...fault, expected: `byte ${end}, where ${owner} ends`, actual: `byte ${size}` });
  }
}

function checkStart(tensor: TensorEntry, previousEnd: number, previousOwner: string): void {
  const { dtype, byteOffset } = tensor;
  const fault = { ...faultAt(tensor), subject: "the start", remedy: saveAgain };
  if (byteOffset !== previousEnd) {
    const gap = byteOffset < previousEnd ? "an overlap" : "a hole";
    const expected = `byte ${previousEnd}, where ${previousOwner} ends`;
    throw invalidFile({ ...fault, expected, actual: `byte ${byteOffset}, which makes ${gap}` });
  }
  const elementBytes = Math.ceil(dtypeBits[dtype] / 8);
  if (byteOffset % elementBytes !== 0) {
    const expected = `a multiple of ${elementBytes} bytes for ${dtype}`;
    throw invalidFile({ ...fault, expected, actual: `byte ${byteOffset}` });
  }
}

function faultAt({ name, path, byteOffset }: TensorEntry): Pick<Fault, "path" | "tensor" | "byteOffset"> {
  return { path, tensor: name, byteOffset };
}

/** A tensor without elements comes before the one that starts in the same place. */
function byPosition(left: TensorEntry, right: TensorEntry): number {
  return left.byteOffset - right.byteOffset || left.byteLength - right.byteLength;
}
