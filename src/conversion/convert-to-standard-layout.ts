import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { UnsupportedModelError } from "../errors/index.js";
import { writeWholeFile } from "../files/index.js";
import type { ModelSettings } from "../hub/index.js";
import type { Architecture } from "../architectures/shared/index.js";
import { Float32Weights, Int8Weights, type ModelFile, type ReadWeight, type StandardWeights } from "../onnx/index.js";
import { streamTensor, type Checkpoint } from "../safetensors/index.js";
import { copyModelFiles, planCopies } from "./copy-model-files.js";
import { openFloatModel } from "./open-float-model.js";
import { requireFree } from "./require-free.js";

/**
 * How a converted model holds its weights.
 *
 * - `"fp32"` – the checkpoint's numbers; half precision is widened.
 * - `"int8"` – one scale a matrix, as onnxruntime's dynamic quantization makes it; norms and biases stay in fp32.
 */
export type StandardDtype = "fp32" | "int8";

/** Options of {@link convertToStandardLayout}. */
export interface ConversionOptions {
  /** Made if it is not there; may be the model's own folder. */
  outputFolder: string;
  dtype: StandardDtype;
  /** Replace what the output folder holds under the names that are written. @default false */
  replaces?: boolean;
  /** Called as the file grows, with bytes. */
  onProgress?: (written: number, total: number) => void;
}

/** What a conversion has made. */
export interface ConvertedModel {
  /** The `.onnx` file. */
  path: string;
  byteLength: number;
}

/** How {@link StandardDtype}s are written: under the names that transformers.js looks for. */
const formats = {
  fp32: { fileName: "model.onnx", createWeights: (read) => new Float32Weights(read) },
  int8: { fileName: "model_quantized.onnx", createWeights: (read) => new Int8Weights(read) },
} as const satisfies Record<StandardDtype, { fileName: string; createWeights: (read: ReadWeight) => StandardWeights }>;

/** Protobuf's limit, and with it that of a `.onnx` file. */
const maxFileBytes = 2 ** 31 - 1;

/**
 * Writes a model as exporters do, for transformers.js and other runtimes: `onnx/model.onnx` (fp32) or
 * `onnx/model_quantized.onnx` (int8), and beside it the model's small files.
 *
 * The graph takes `input_ids`, `attention_mask` and, if the model has several token types, `token_type_ids`, int64
 * [batch, sequence], and gives `logits`, float32 [batch, labels]: the model's activation is not in it, but named in the
 * file's `metadata_props`. The file appears under its name once it is complete; no more than one weight is in memory at
 * a time.
 *
 * @param model - Path of a folder that `CrossEncoder.fromPretrained` takes.
 * @throws {InvalidOptionsError} If a file of the output folder would be replaced, and must not be, or the model is in
 * int8 already.
 * @throws {UnsupportedModelError} If the file would be larger than 2 GB, or the model is of a kind that crossrank does
 * not run.
 * @throws {ModelNotFoundError | InvalidModelFileError | TensorNotFoundError | ShapeMismatchError} As `fromPretrained`.
 */
export async function convertToStandardLayout(
  model: string,
  { outputFolder, dtype, replaces = false, onProgress }: ConversionOptions,
): Promise<ConvertedModel> {
  const { settings, architecture, checkpoint, moduleConfigs } = await openFloatModel(model);
  const { fileName, createWeights } = formats[dtype];
  const graph = architecture.buildStandardGraph(createWeights(readWeightsOf(checkpoint)));
  const file = graph.layOut(describeModel(settings, architecture, dtype));
  requireWritable(file, dtype);

  const onnxFolder = join(outputFolder, "onnx");
  const path = join(onnxFolder, fileName);
  if (!replaces) await requireFree(path);
  const copies = await planCopies(settings.folder, outputFolder, { moduleFiles: moduleConfigs, replaces });
  await mkdir(onnxFolder, { recursive: true });
  await copyModelFiles(copies);
  await writeModel(path, file, onProgress);
  return { path, byteLength: file.byteLength };
}

function readWeightsOf({ tensors }: Checkpoint): ReadWeight {
  return (name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new TypeError(`Weight ${name} was checked and is not there. This is a bug.`);
    return streamTensor(tensor);
  };
}

/** What a program that has only the `.onnx` file needs to know of it. */
function describeModel(settings: ModelSettings, architecture: Architecture, dtype: StandardDtype) {
  return {
    producer: `${packageJson.name} ${packageJson.version}`,
    layout: "standard",
    dtype,
    activation: settings.activation,
    max_length: String(settings.maxLength),
    pooling: architecture.streamShape.pooling,
  };
}

function requireWritable({ byteLength }: ModelFile, dtype: StandardDtype): void {
  if (byteLength <= maxFileBytes) return;
  const remedy = dtype === "fp32" ? "Convert it to int8." : "crossrank does not write weights beside the file.";
  throw new UnsupportedModelError(
    `The model's .onnx file must have at most ${maxFileBytes} bytes, got ${byteLength}. ${remedy}`,
    { field: "byteLength", value: byteLength, supported: [maxFileBytes] },
  );
}

async function writeModel(path: string, model: ModelFile, onProgress: ConversionOptions["onProgress"]): Promise<void> {
  await writeWholeFile(path, async (file) => {
    let written = 0;
    for await (const piece of model.pieces()) {
      await file.appendFile(piece);
      written += piece.byteLength;
      onProgress?.(written, model.byteLength);
    }
  });
}
