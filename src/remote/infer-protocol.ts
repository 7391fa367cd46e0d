/**
 * The Open Inference Protocol V2 over HTTP, with its binary tensors: a JSON head, and after it the tensors' bytes in the
 * order in which the head lists them, little-endian and row-major.
 *
 * @see https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import { z } from "zod";
import { InvalidResponseError } from "../errors/index.js";
import type { HttpAnswer, HttpRequest } from "./http-client.js";

/** A tensor of the request, int64. */
export interface InputTensor {
  name: string;
  shape: readonly number[];
  data: BigInt64Array<ArrayBuffer>;
}

/** A tensor of the response. */
export interface OutputTensor {
  shape: readonly number[];
  data: Float32Array;
}

const headLengthHeader = "Inference-Header-Content-Length";

const numbers: z.ZodType<number[]> = z
  .array(z.unknown())
  .transform((nested) => nested.flat(Infinity))
  .pipe(z.array(z.number()));

const outputSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  datatype: z.string(),
  data: numbers.optional(),
  parameters: z.looseObject({ binary_data_size: z.int().nonnegative().optional() }).optional(),
});

const responseSchema = z.object({ outputs: z.array(outputSchema) });

type Output = z.infer<typeof outputSchema>;

/** Writes an inference request: its body, and the headers that say where the head ends. */
export function encodeInferRequest(
  inputs: readonly InputTensor[],
  outputName: string,
): Pick<HttpRequest, "headers" | "body"> {
  const head = new TextEncoder().encode(
    JSON.stringify({
      inputs: inputs.map(({ name, shape, data }) => ({
        name,
        shape,
        datatype: "INT64",
        parameters: { binary_data_size: data.byteLength },
      })),
      outputs: [{ name: outputName, parameters: { binary_data: true } }],
    }),
  );
  const parts = [head, ...inputs.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
  const body = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  const headers = { "content-type": "application/octet-stream", [headLengthHeader]: String(head.length) };
  return { headers, body };
}

/**
 * Reads one output of an inference response, binary or in JSON.
 *
 * @throws {InvalidResponseError} If the answer is of no such form, lacks the output, or has it in a type other than FP32.
 */
export function decodeInferResponse(answer: HttpAnswer, outputName: string): OutputTensor {
  const headLength = readHeadLength(answer);
  const outputs = parseHead(answer, headLength);
  const output = outputs.find(({ name }) => name === outputName);
  if (output === undefined) {
    const names = outputs.map(({ name }) => name).join(", ") || "none";
    throw invalid(answer, `must have the output "${outputName}", but has ${names}. See the option outputName`);
  }
  const { shape, datatype } = output;
  const isFloat = datatype === "FP32" || (datatype === "FP64" && output.data !== undefined);
  if (!isFloat) throw invalid(answer, `must give "${outputName}" as FP32, but gives ${datatype}`);
  const data = readData(answer, { outputs, output, headLength });
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length === size) return { shape, data };
  throw invalid(answer, `must give "${outputName}" whole, [${shape.join(", ")}], but gives ${data.length} numbers`);
}

function readHeadLength({ headers, bytes, ...answer }: HttpAnswer): number {
  const value = headers.get(headLengthHeader);
  if (value === null) return bytes.length;
  const length = /^\d+$/.test(value) ? Number(value) : Infinity;
  if (length <= bytes.length) return length;
  throw invalid(answer, `must be as long as its head (${headLengthHeader}: ${value}), but has ${bytes.length} bytes`);
}

function parseHead({ bytes, ...answer }: HttpAnswer, headLength: number): readonly Output[] {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, headLength)));
  } catch (cause) {
    throw invalid(answer, "must have a head in JSON", { cause });
  }
  const parsed = responseSchema.safeParse(head);
  if (parsed.success) return parsed.data.outputs;
  const [issue] = parsed.error.issues;
  throw invalid(answer, `must list its outputs, but ${issue?.path.join(".") || "the head"}: ${issue?.message ?? ""}`);
}

function readData(
  { bytes, ...answer }: HttpAnswer,
  { outputs, output, headLength }: { outputs: readonly Output[]; output: Output; headLength: number },
): Float32Array {
  const size = binarySize(output);
  if (size === undefined) return Float32Array.from(output.data ?? []);
  const start = outputs
    .slice(0, outputs.indexOf(output))
    .reduce((offset, before) => offset + (binarySize(before) ?? 0), headLength);
  if (size % Float32Array.BYTES_PER_ELEMENT !== 0 || start + size > bytes.length) {
    throw invalid(answer, `must hold ${size} bytes of "${output.name}" from ${start}, but has ${bytes.length}`);
  }
  // Copied, since the head may end anywhere, and a view must begin at a multiple of 4.
  return new Float32Array(bytes.slice(start, start + size).buffer);
}

function binarySize({ parameters }: Output): number | undefined {
  return parameters?.binary_data_size;
}

function invalid({ url }: Pick<HttpAnswer, "url">, what: string, options?: ErrorOptions): InvalidResponseError {
  return new InvalidResponseError(`The answer of ${url} ${what}.`, { url }, options);
}
