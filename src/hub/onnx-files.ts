/**
 * Which of a repository's ONNX files is to be run: a pure decision over the list of its paths.
 *
 * Two naming schemes are in use, transformers.js' and sentence-transformers' (optimum's). Files lie in `onnx/` or at
 * the root; where both have a file of a name, that in `onnx/` wins, as in sentence-transformers.
 */
import { InvalidOptionsError } from "../errors/index.js";
import type { Processor, ProcessorFeature } from "../machine/index.js";

/** In which precision an ONNX file holds its weights, as its name tells; `"unknown"` for a name of neither scheme. */
export type OnnxDtype = "fp32" | "fp16" | "int8" | "q4" | "q4f16" | "bnb4" | "unknown";

/** An ONNX file of a repository. */
export interface OnnxFile {
  /** In the repository, with `/` between folders. */
  path: string;
  /** Files beside it that hold its weights, where they are not in it: `<name>.onnx_data`, `<name>.onnx.data`. */
  dataPaths: readonly string[];
  dtype: OnnxDtype;
}

/** What is wanted of the file. */
export interface OnnxWish {
  /**
   * Which file: its path (`"onnx/model_O3.onnx"`), its name with or without the ending (`"model_O3"`), or what its name
   * has after `model_` (`"O3"`, `"q4f16"`, `"qint8_arm64"`).
   */
  file?: string | undefined;
  /** In which precision. The name of a file that is asked for may not say another. */
  dtype: "fp32" | "fp16" | "int8" | "auto";
  processor: Processor;
}

/** A name of one of the two schemes, without `.onnx`. */
interface Variant {
  name: string;
  dtype: OnnxDtype;
  /** The processor that it is made for; for all if absent. */
  architecture?: "x64" | "arm64";
  feature?: ProcessorFeature;
}

/**
 * All names, the preferred one of a precision first.
 *
 * | file                                              | precision      | chosen                                            |
 * | ------------------------------------------------- | -------------- | ------------------------------------------------- |
 * | `model`                                           | fp32           | on every machine                                  |
 * | `model_O2`, `_O1`, `_O3`                          | fp32           | on every machine; `_O3` approximates GELU         |
 * | `model_fp16`, `model_O4`                          | fp16           | on every machine                                  |
 * | `model_qint8_avx512_vnni`                         | int8           | on x64 that has AVX-512 VNNI                      |
 * | `model_qint8_avx512`                              | int8           | on x64 that has AVX-512                           |
 * | `model_quint8_avx2`                               | int8           | on any x64: its products do not saturate          |
 * | `model_qint8_arm64`                               | int8           | on arm64                                          |
 * | `model_quantized`, `model_int8`, `model_uint8`    | int8           | on every machine; on x64 without VNNI `_uint8` goes first |
 * | `model_q4`, `model_q4f16`, `model_bnb4`           | 4 bits         | on every machine, where there is nothing else     |
 */
const variants: readonly Variant[] = [
  { name: "model", dtype: "fp32" },
  { name: "model_O2", dtype: "fp32" },
  { name: "model_O1", dtype: "fp32" },
  { name: "model_O3", dtype: "fp32" },
  { name: "model_fp16", dtype: "fp16" },
  { name: "model_O4", dtype: "fp16" },
  { name: "model_qint8_avx512_vnni", dtype: "int8", architecture: "x64", feature: "avx512_vnni" },
  { name: "model_qint8_avx512", dtype: "int8", architecture: "x64", feature: "avx512" },
  { name: "model_quint8_avx2", dtype: "int8", architecture: "x64" },
  { name: "model_qint8_arm64", dtype: "int8", architecture: "arm64" },
  { name: "model_quantized", dtype: "int8" },
  { name: "model_int8", dtype: "int8" },
  { name: "model_uint8", dtype: "int8" },
  { name: "model_q4", dtype: "q4" },
  { name: "model_q4f16", dtype: "q4f16" },
  { name: "model_bnb4", dtype: "bnb4" },
];

/** In the order of preference. */
const folders = ["onnx/", ""];
const ending = ".onnx";

/**
 * Chooses the ONNX file to run.
 *
 * - With `file`: that one, whatever the processor.
 * - With a `dtype`: the first of that precision that is for this processor.
 * - With `"auto"`: the most precise, in the order of the table above; of other names, if there is but one file.
 *
 * @param paths - All files of the repository, in any order, with `/` between folders.
 * @throws {InvalidOptionsError} If nothing fits; lists the ONNX files that are there. Also if the file that is named is
 * of another precision than the one asked for.
 */
export function chooseOnnxFile(paths: readonly string[], wish: OnnxWish): OnnxFile {
  const found = findOnnxFile(paths, wish);
  if (found === undefined) throw nothingFits(onnxPaths(paths), wish);
  requirePrecision(found, wish);
  return found;
}

/** Only a file that is asked for can be of another precision than the one wished for. */
function requirePrecision({ path, dtype: actual }: OnnxFile, { dtype }: OnnxWish): void {
  if (dtype === "auto" || actual === dtype || actual === "unknown") return;
  throw new InvalidOptionsError(
    `dtype must be that of the ONNX file, but ${path} is in ${actual}, and dtype is "${dtype}". Leave one of dtype and ` +
      `onnxFile out.`,
    { onnxFile: path, dtype },
  );
}

/** As {@link chooseOnnxFile}; `undefined` if nothing fits. */
export function findOnnxFile(paths: readonly string[], wish: OnnxWish): OnnxFile | undefined {
  const path = onnxPlaces(wish).find((place) => paths.includes(place)) ?? onlyFile(paths, wish);
  if (path === undefined) return undefined;
  return { path, dataPaths: paths.filter((other) => isDataOf(path, other)), dtype: dtypeOf(path) };
}

/** Where the file may be that is wanted, the preferred place first. */
export function onnxPlaces({ file, dtype, processor }: OnnxWish): string[] {
  if (file !== undefined) return placesOf(file);
  const fitting = preferred(processor).filter((variant) => dtype === "auto" || variant.dtype === dtype);
  return fitting.flatMap(({ name }) => folders.map((folder) => `${folder}${name}${ending}`));
}

/** The ONNX files among a repository's. */
export function onnxPaths(paths: readonly string[]): string[] {
  return paths.filter((path) => path.endsWith(ending));
}

/** Places in the repository only: none leads out of it. */
function placesOf(file: string): string[] {
  const name = file.replace(/^\.\//, "");
  const candidates = [name, `${name}${ending}`, `model_${name}${ending}`];
  const places = candidates.flatMap((candidate) => [candidate, ...folders.map((folder) => `${folder}${candidate}`)]);
  return places.filter((place) => place.endsWith(ending) && !/^\/|(?:^|\/)\.\.(?:\/|$)/.test(place));
}

/** A file of another name, where nothing else is asked for or there. */
function onlyFile(paths: readonly string[], { file, dtype }: OnnxWish): string | undefined {
  if (file !== undefined || dtype !== "auto") return undefined;
  const [only, ...others] = onnxPaths(paths);
  return only !== undefined && others.length === 0 && dtypeOf(only) === "unknown" ? only : undefined;
}

/** The variants for a processor. Without VNNI, products of x64 may overflow unless the weights are unsigned. */
function preferred({ architecture, features }: Processor): Variant[] {
  const fitting = variants.filter(
    (variant) =>
      (variant.architecture ?? architecture) === architecture &&
      (variant.feature === undefined || features.has(variant.feature)),
  );
  if (architecture !== "x64" || features.has("avx512_vnni")) return fitting;
  const unsigned = fitting.findIndex(({ name }) => name === "model_uint8");
  const signed = fitting.findIndex(({ name }) => name === "model_quantized");
  return fitting.toSpliced(unsigned, 1).toSpliced(signed, 0, fitting[unsigned] as Variant);
}

function dtypeOf(path: string): OnnxDtype {
  const name = path.slice(path.lastIndexOf("/") + 1, -ending.length);
  return variants.find((variant) => variant.name === name)?.dtype ?? "unknown";
}

/** Large models have their data in several files: `.onnx_data`, `.onnx_data_1` and so on. */
function isDataOf(path: string, other: string): boolean {
  return other.startsWith(path) && /^(?:_data(?:_\d+)?|\.data)$/.test(other.slice(path.length));
}

/** Files that a message names: a repository may have hundreds. */
const maxShown = 30;

function nothingFits(files: readonly string[], { file, dtype, processor }: OnnxWish): InvalidOptionsError {
  const shown = files.slice(0, maxShown).join(", ") + (files.length > maxShown ? " and more" : "");
  const there = files.length === 0 ? "There are none." : `There are: ${shown}.`;
  const details = { onnxFiles: files, onnxFile: file, dtype, processor: describeProcessor(processor) };
  if (file !== undefined) {
    return new InvalidOptionsError(`onnxFile must name an ONNX file of the model, got "${file}". ${there}`, details);
  }
  const wanted = dtype === "auto" ? "an ONNX file of a known name" : `an ONNX file in ${dtype}`;
  return new InvalidOptionsError(
    `The model must have ${wanted} for this processor (${describeProcessor(processor)}), but has none. ${there} ` +
      `Name one of them with onnxFile.`,
    details,
  );
}

function describeProcessor({ architecture, features }: Processor): string {
  return [architecture, ...features].join(", ");
}
