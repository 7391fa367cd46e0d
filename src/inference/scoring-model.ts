import { CrossrankError, InferenceError, InvalidOptionsError } from "../errors/index.js";
import {
  loadPairTokenizer,
  type PairTokenizer,
  type TextPair,
  type TokenizedPair,
  type TokenizedPassage,
  type TokenizeOptions,
} from "../tokenization/index.js";
import { checkTokenIds } from "./check-token-ids.js";
import { chooseDevice } from "./choose-device.js";
import { prepareCheckpoint } from "./prepare-checkpoint.js";
import { prepareOnnxFile } from "./prepare-onnx-file.js";
import type { LoadedModel, ModelSpec } from "./protocol.js";
import type { PreparedModel, Runner } from "./runner.js";

/** A loaded model: its tokenizer and its session. Belongs to the worker thread. */
export class ScoringModel {
  readonly info: LoadedModel;
  readonly #maxLength: number;
  readonly #tokenizer: PairTokenizer;
  readonly #runner: Runner;

  private constructor(parts: { info: LoadedModel; maxLength: number; tokenizer: PairTokenizer; runner: Runner }) {
    this.info = parts.info;
    this.#maxLength = parts.maxLength;
    this.#tokenizer = parts.tokenizer;
    this.#runner = parts.runner;
  }

  /** Checks the model's files against each other, finds the device, and opens a session there. */
  static async load(spec: ModelSpec): Promise<ScoringModel> {
    const model = spec.onnx === undefined ? await prepareCheckpoint(spec) : await prepareOnnxFile(spec, spec.onnx);
    const tokenizer = await loadTokenizer(spec.folder, model);
    requireRoom(spec.maxLength, tokenizer.specialTokenCount);
    const chosen = await chooseDevice(spec.device, model.gpuPrecision);
    const runner = await model.open(chosen.device);
    return new ScoringModel({ info: { ...runner.info, ...chosen }, maxLength: spec.maxLength, tokenizer, runner });
  }

  tokenize(pair: TextPair, options?: TokenizeOptions): TokenizedPair {
    return this.#tokenizer.tokenize(pair, this.#maxLength, options);
  }

  /** See {@link PairTokenizer.tokenizePassages}. Each passage is tokenized when it is asked for. */
  tokenizePassages(pair: TextPair): Iterable<TokenizedPassage> {
    return this.#tokenizer.tokenizePassages(pair, this.#maxLength);
  }

  /**
   * Runs one micro-batch.
   *
   * @returns Logits, shape [pairs, labels].
   * @throws {InferenceError} If the runtime fails, naming the size of the micro-batch.
   */
  async score(pairs: readonly TokenizedPair[]): Promise<Float32Array> {
    try {
      return await this.#runner.run(pairs);
    } catch (error) {
      if (CrossrankError.isInstance(error)) throw error;
      const longest = pairs.reduce((length, { inputIds }) => Math.max(length, inputIds.length), 0);
      throw new InferenceError(
        `The model failed on a micro-batch of ${pairs.length} pairs, the longest of ${longest} tokens: ` +
          `${(error as Error).message}. Lower maxBatchTokens if memory ran out.`,
        { pairs: pairs.length, longest },
        { cause: error },
      );
    }
  }
}

async function loadTokenizer(folder: string, tables: PreparedModel): Promise<PairTokenizer> {
  const { tokenizer, json, path } = await loadPairTokenizer(folder);
  const { vocabularySize, tokenTypeCount } = tables;
  if (vocabularySize !== undefined) checkTokenIds(tokenizer, json, { vocabularySize, tokenTypeCount, path });
  return tokenizer;
}

function requireRoom(maxLength: number, specialTokenCount: number): void {
  if (maxLength >= specialTokenCount) return;
  throw new InvalidOptionsError(
    `The maximum length must be at least ${specialTokenCount}, the special tokens of a pair, got ${maxLength}. It is ` +
      `set by the option maxLength, or by max_seq_length, model_max_length or max_position_embeddings in the model's files.`,
    { maxLength, specialTokenCount },
  );
}
