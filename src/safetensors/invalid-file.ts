import { InvalidModelFileError } from "../errors/index.js";
import { quote } from "./message-text.js";

/** What is wrong with a file, and where in it. */
export interface Fault {
  path: string;
  /** Where the wrong thing starts, from the start of the file. */
  byteOffset?: number;
  tensor?: string;
  /** The property that is wrong, e.g. "the dtype". */
  subject: string;
  expected: string;
  actual: string;
  remedy: string;
}

export const downloadAgain = "Download the file again: it is damaged or incomplete.";
export const saveAgain = "Save the model again with the safetensors library.";

/**
 * Makes the error for a file that is not as it must be. Its details are the fault without subject and remedy.
 *
 * @example
 * invalidFile({ path: "m.safetensors", byteOffset: 8, tensor: "a", subject: "the dtype", … }).message;
 * //=> 'm.safetensors, byte 8: the dtype of tensor "a" must be F32, got F33. Save the model again …'
 */
export function invalidFile(fault: Fault, options: ErrorOptions = {}): InvalidModelFileError {
  const { subject, remedy, ...details } = fault;
  const { path, byteOffset, tensor, expected, actual } = details;
  const place = byteOffset === undefined ? path : `${path}, byte ${byteOffset}`;
  const owner = tensor === undefined ? "" : ` of tensor ${quote(tensor)}`;
  const message = `${place}: ${subject}${owner} must be ${expected}, got ${actual}. ${remedy}`;
  return new InvalidModelFileError(message, details, options);
}
