import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { CrossrankError, InvalidModelFileError, InvalidOptionsError, ModelNotFoundError } from "../errors/index.js";
import { readOnnxHeader } from "../onnx/index.js";
import { isGpu } from "./devices.js";
import { PaddedRunner } from "./padded-runner.js";
import type { ModelSpec, OnnxSource } from "./protocol.js";
import type { PreparedModel } from "./runner.js";
import { openSession } from "./session.js";

/** Not told by every config; what is no number is no size. */
const vocabularySchema = z.looseObject({ vocab_size: z.int().positive() });

/**
 * Checks a model's ONNX file, which is run as it is, in padded batches.
 *
 * @throws {InvalidModelFileError} If the file is damaged.
 * @throws {InvalidOptionsError} If it is an int8 file, and is to run on a GPU.
 */
export async function prepareOnnxFile(spec: ModelSpec, onnx: OnnxSource): Promise<PreparedModel> {
  const path = join(spec.folder, onnx.path);
  if (onnx.dtype === "int8" && isGpu(spec.device)) throw int8OnGpu(path, spec.device);
  const { metadata } = await readOnnxHeader(path);
  const config = vocabularySchema.safeParse(spec.config);
  return {
    vocabularySize: config.success ? config.data.vocab_size : undefined,
    gpuPrecision: onnx.dtype === "int8" ? undefined : onnx.dtype === "fp16" || onnx.dtype === "q4f16" ? "fp16" : "fp32",
    open: async (device) => {
      const session = await openSession({ graph: path, threads: spec.threads, device }).catch((error: unknown) => {
        throw describeFailure(path, error);
      });
      const weightFiles = [onnx.path, ...onnx.dataPaths];
      const info = {
        dtype: onnx.dtype,
        runs: "onnx",
        metadata,
        parameterCount: undefined,
        weightTypes: [],
        weightFiles,
        weightBytes: await totalSize(weightFiles.map((file) => join(spec.folder, file))),
      } as const;
      return new PaddedRunner(session, spec, { path, info });
    },
  };
}

async function totalSize(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function int8OnGpu(path: string, device: string): InvalidOptionsError {
  return new InvalidOptionsError(
    `device must be "cpu" for ${path}, whose products are in int8, got "${device}". Use a file in fp32 or fp16 there.`,
    { device, dtype: "int8", path },
  );
}

/** The runtime's messages, where they are about the file. */
function describeFailure(path: string, error: unknown): unknown {
  if (!CrossrankError.isInstance(error) || error.code !== "INFERENCE_FAILED") return error;
  const reason = error.cause instanceof Error ? error.cause.message.trim() : error.message;
  if (/bad.?alloc|alloc\w* memory|out of memory/i.test(reason)) return error;
  const missing = /External data path does not exist: "(.+?)"/.exec(reason)?.[1];
  if (missing !== undefined) {
    return new ModelNotFoundError(
      `${path} has its weights in ${basename(missing)}, which must lie beside it, but is not there. Download it too.`,
      { model: path, missing: [basename(missing)] },
      { cause: error.cause },
    );
  }
  return new InvalidModelFileError(
    `${path} must be an ONNX file that onnxruntime-node runs, but it refuses it: ${reason}. Download or save the file ` +
      `again, or choose another with onnxFile.`,
    { path },
    { cause: error.cause },
  );
}
