import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { InferenceError, InvalidModelFileError, InvalidOptionsError } from "../errors/index.js";
import type { Architecture, GraphPrecision } from "../architectures/shared/index.js";
import type { LocateWeight, WeightLocation } from "../onnx/index.js";
import { planStream, type PairTokens } from "../planning/index.js";
import type { Checkpoint, Dtype } from "../safetensors/index.js";
import {
  loadPairTokenizer,
  type PairTokenizer,
  type TextPair,
  type TokenizedPair,
  type TokenizedPassage,
  type TokenizeOptions,
} from "../tokenization/index.js";
import { checkTokenIds, type TokenTables } from "./check-token-ids.js";
import { describeArchitecture } from "./architectures.js";
import { openWeights } from "./open-weights.js";
import { productsSaturate } from "./product-saturation.js";
import type { NativeGuard } from "./native-guard.js";
import type { ComputeDtype, LoadedModel, ModelSpec } from "./protocol.js";
import { openSession, type Session } from "./session.js";

/** A loaded model: its tokenizer and its session. Belongs to the worker thread. */
export class ScoringModel {
  readonly info: LoadedModel;
  readonly #spec: ModelSpec;
  readonly #architecture: Architecture;
  readonly #tokenizer: PairTokenizer;
  readonly #session: Session;
  readonly #guard: NativeGuard;

  private constructor(parts: {
    spec: ModelSpec;
    info: LoadedModel;
    architecture: Architecture;
    tokenizer: PairTokenizer;
    session: Session;
    guard: NativeGuard;
  }) {
    this.info = parts.info;
    this.#spec = parts.spec;
    this.#architecture = parts.architecture;
    this.#tokenizer = parts.tokenizer;
    this.#session = parts.session;
    this.#guard = parts.guard;
  }

  /** Reads the checkpoint's headers, checks them against the config, and opens a session over the weights in place. */
  static async load(spec: ModelSpec, guard: NativeGuard): Promise<ScoringModel> {
    const configPath = join(spec.folder, "config.json");
    const architecture = describeArchitecture(spec.architecture, spec.config, {
      path: configPath,
      labelCount: spec.labelCount,
      head: spec.savedHead?.head,
    });
    requirePositions(spec.maxLength, architecture.maxPositions);
    const { checkpoint, dtype } = await openWeights(spec, architecture);
    const tokenizer = await loadTokenizer(spec.folder, architecture);
    requireRoom(spec.maxLength, tokenizer.specialTokenCount);
    const weightsFolder = requireOneFolder(checkpoint);
    const locate = locateWeights(checkpoint, weightsFolder);
    const precision = await guard.run(() => precisionOf(dtype));
    const source = {
      graph: architecture.buildGraph(locate, { maxLength: spec.maxLength, precision }).encode(),
      weightsFolder,
      threads: spec.threads,
    };
    const session = await guard.run(() => openSession(source));
    const info = describeCheckpoint(checkpoint, { dtype, folder: spec.folder });
    return new ScoringModel({ spec, info, architecture, tokenizer, session, guard });
  }

  tokenize(pair: TextPair, options?: TokenizeOptions): TokenizedPair {
    return this.#tokenizer.tokenize(pair, this.#spec.maxLength, options);
  }

  /** See {@link PairTokenizer.tokenizePassages}. Each passage is tokenized when it is asked for. */
  tokenizePassages(pair: TextPair): Iterable<TokenizedPassage> {
    return this.#tokenizer.tokenizePassages(pair, this.#spec.maxLength);
  }

  /**
   * Runs one micro-batch.
   *
   * @returns Logits, shape [documents, labels].
   * @throws {InferenceError} If the runtime fails, naming the size of the micro-batch.
   */
  async score(documents: readonly PairTokens[]): Promise<Float32Array> {
    try {
      const feeds = planStream(documents, this.#architecture.streamShape);
      return await this.#guard.run(() => this.#session.run(feeds));
    } catch (error) {
      const longest = documents.reduce((length, { inputIds }) => Math.max(length, inputIds.length), 0);
      throw new InferenceError(
        `The model failed on a micro-batch of ${documents.length} pairs, the longest of ${longest} tokens: ` +
          `${(error as Error).message}. Lower maxBatchTokens if memory ran out.`,
        { pairs: documents.length, longest },
        { cause: error },
      );
    }
  }
}

async function loadTokenizer(folder: string, embeddings: TokenTables): Promise<PairTokenizer> {
  const { tokenizer, json, path } = await loadPairTokenizer(folder);
  checkTokenIds(tokenizer, json, { ...embeddings, path });
  return tokenizer;
}

async function precisionOf(dtype: ComputeDtype): Promise<GraphPrecision> {
  return dtype === "fp32" ? { dtype } : { dtype, hasUnsignedWeights: await productsSaturate() };
}

const weightTypes: Partial<Record<Dtype, WeightLocation["type"]>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I8: "int8",
};

function locateWeights(checkpoint: Checkpoint, weightsFolder: string): LocateWeight {
  const realNames = new Map(
    checkpoint.files.map(({ path, realPath }) => [path, relative(weightsFolder, realPath).replaceAll(sep, "/")]),
  );
  return (name) => {
    const tensor = checkpoint.tensors.get(name);
    const fileName = realNames.get(tensor?.path ?? "");
    const type = tensor && weightTypes[tensor.dtype];
    if (tensor === undefined || fileName === undefined || type === undefined)
      throw new TypeError(`Weight ${name} was checked and is not there. This is a bug.`);
    return { fileName, byteOffset: tensor.byteOffset, type };
  };
}

/**
 * The folder that all weights lie in, at whatever depth. ONNX Runtime follows no link out of it, so it is that of the
 * files that links lead to.
 */
function requireOneFolder(checkpoint: Checkpoint): string {
  const folders = [...new Set(checkpoint.files.map(({ realPath }) => dirname(realPath)))];
  const [first = ""] = folders;
  let common = first;
  while (!folders.every((folder) => isWithin(common, folder))) {
    // The root of a drive: there is no folder above it.
    if (dirname(common) === common) throw noCommonFolder(checkpoint, folders);
    common = dirname(common);
  }
  return common;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] !== ".." && !isAbsolute(way);
}

function noCommonFolder({ path }: Checkpoint, folders: readonly string[]): InvalidModelFileError {
  return new InvalidModelFileError(
    `The files of ${path} must lie on one drive, but links lead to ${folders.join(" and ")}. Copy them into one folder.`,
    { path, folders },
  );
}

function requirePositions(maxLength: number, positions: number): void {
  if (maxLength <= positions) return;
  throw new InvalidOptionsError(
    `The maximum length must be at most ${positions}, the positions the model was trained with, got ${maxLength}.`,
    { maxLength, positions },
  );
}

function requireRoom(maxLength: number, specialTokenCount: number): void {
  if (maxLength >= specialTokenCount) return;
  throw new InvalidOptionsError(
    `The maximum length must be at least ${specialTokenCount}, the special tokens of a pair, got ${maxLength}. It is ` +
      `set by the option maxLength, or by max_seq_length, model_max_length or max_position_embeddings in the model's files.`,
    { maxLength, specialTokenCount },
  );
}

function describeCheckpoint(
  checkpoint: Checkpoint,
  { dtype, folder }: { dtype: ComputeDtype; folder: string },
): LoadedModel {
  const tensors = [...checkpoint.tensors.values()];
  return {
    dtype,
    parameterCount: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    weightTypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    // Those in the cache are known by their names.
    weightFiles: checkpoint.files.map(({ path }) => (isWithin(folder, path) ? relative(folder, path) : basename(path))),
    weightBytes: checkpoint.files.reduce((sum, { size }) => sum + size, 0),
  };
}
