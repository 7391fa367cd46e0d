import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InferenceError, InvalidModelFileError, InvalidOptionsError } from "../errors/index.js";
import type { GraphPrecision } from "../modernbert/index.js";
import type { LocateWeight, WeightLocation } from "../onnx/index.js";
import { planStream, type TokenIds } from "../planning/index.js";
import type { Checkpoint, Dtype } from "../safetensors/index.js";
import {
  loadPairTokenizer,
  type PairTokenizer,
  type TextPair,
  type TokenizedPair,
  type TokenizedPassage,
  type TokenizeOptions,
} from "../tokenization/index.js";
import { checkTokenIds } from "./check-token-ids.js";
import { describeArchitecture, type Architecture } from "./architectures.js";
import { openWeights } from "./open-weights.js";
import { productsSaturate } from "./product-saturation.js";
import type { ComputeDtype, LoadedModel, ModelSpec } from "./protocol.js";
import { openSession, type Session } from "./session.js";

/** A loaded model: its tokenizer and its session. Belongs to the worker thread. */
export class ScoringModel {
  readonly info: LoadedModel;
  readonly #spec: ModelSpec;
  readonly #architecture: Architecture;
  readonly #tokenizer: PairTokenizer;
  readonly #session: Session;

  private constructor(parts: {
    spec: ModelSpec;
    info: LoadedModel;
    architecture: Architecture;
    tokenizer: PairTokenizer;
    session: Session;
  }) {
    this.info = parts.info;
    this.#spec = parts.spec;
    this.#architecture = parts.architecture;
    this.#tokenizer = parts.tokenizer;
    this.#session = parts.session;
  }

  /** Reads the checkpoint's headers, checks them against the config, and opens a session over the weights in place. */
  static async load(spec: ModelSpec): Promise<ScoringModel> {
    const configPath = join(spec.folder, "config.json");
    const architecture = describeArchitecture(spec.architecture, spec.config, {
      path: configPath,
      labelCount: spec.labelCount,
    });
    requirePositions(spec.maxLength, architecture.maxPositions);
    const { checkpoint, dtype } = await openWeights(spec, architecture);
    const tokenizer = await loadTokenizer(spec.folder, architecture.vocabularySize);
    requireRoom(spec.maxLength, tokenizer.specialTokenCount);
    const session = await openSession({
      graph: architecture
        .buildGraph(locateWeights(checkpoint), { maxLength: spec.maxLength, precision: await precisionOf(dtype) })
        .encode(),
      weightsFolder: await weightsFolder(checkpoint),
      threads: spec.threads,
    });
    return new ScoringModel({ spec, info: describeCheckpoint(checkpoint, dtype), architecture, tokenizer, session });
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
  async score(documents: readonly TokenIds[]): Promise<Float32Array> {
    try {
      return await this.#session.run(planStream(documents, this.#architecture.streamShape));
    } catch (error) {
      const longest = documents.reduce((length, ids) => Math.max(length, ids.length), 0);
      throw new InferenceError(
        `The model failed on a micro-batch of ${documents.length} pairs, the longest of ${longest} tokens: ` +
          `${(error as Error).message}. Lower maxBatchTokens if memory ran out.`,
        { pairs: documents.length, longest },
        { cause: error },
      );
    }
  }
}

async function loadTokenizer(folder: string, vocabularySize: number): Promise<PairTokenizer> {
  const { tokenizer, json, path } = await loadPairTokenizer(folder);
  checkTokenIds(tokenizer, json, { vocabularySize, path });
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

function locateWeights(checkpoint: Checkpoint): LocateWeight {
  const realNames = new Map(checkpoint.files.map(({ path, realPath }) => [path, basename(realPath)]));
  return (name) => {
    const tensor = checkpoint.tensors.get(name);
    const fileName = realNames.get(tensor?.path ?? "");
    const type = tensor && weightTypes[tensor.dtype];
    if (tensor === undefined || fileName === undefined || type === undefined)
      throw new TypeError(`Weight ${name} was checked and is not there. This is a bug.`);
    return { fileName, byteOffset: tensor.byteOffset, type };
  };
}

/** ONNX Runtime follows no link out of the weights' folder, so it gets the one that the files really lie in. */
async function weightsFolder(checkpoint: Checkpoint): Promise<string> {
  const folders = new Set(checkpoint.files.map(({ realPath }) => dirname(realPath)));
  const [folder] = folders;
  if (folder !== undefined && folders.size === 1) return realpath(folder);
  throw new InvalidModelFileError(
    `The files of ${checkpoint.path} must lie in one folder, but links lead to ${[...folders].join(" and ")}. ` +
      `Copy them into one folder.`,
    { path: checkpoint.path, folders: [...folders] },
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

function describeCheckpoint(checkpoint: Checkpoint, dtype: ComputeDtype): LoadedModel {
  const tensors = [...checkpoint.tensors.values()];
  return {
    dtype,
    parameterCount: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    weightTypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    weightFiles: checkpoint.files.map(({ path }) => basename(path)),
    weightBytes: checkpoint.files.reduce((sum, { size }) => sum + size, 0),
  };
}
