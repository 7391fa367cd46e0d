import { InvalidInputError } from "../errors/index.js";
import { loadModelSettings, resolveModelFolder, type ModelSettings } from "../hub/index.js";
import type { ComputeDtype, Device, LoadedModel, PairColumns, WorkerPool } from "../inference/index.js";
import { scoresFromLogits } from "./activation.js";
import { bestPassages, type DocumentScores } from "./best-passages.js";
import { Cascade, type CascadeStage } from "./cascade.js";
import { predictPairs, rankDocuments, type CallableEncoder } from "./encoder-calls.js";
import { loadWorkers } from "./load-workers.js";
import { createModelSpec } from "./model-spec.js";
import type { ActivationFn, FromPretrainedOptions, PredictOptions, RankOptions, TokenizeOptions } from "./options.js";
import type { RankedDocument } from "./rank-scores.js";
import {
  resolveFromPretrainedOptions,
  resolvePredictOptions,
  resolveRankOptions,
  resolveTokenizeOptions,
  type ResolvedPredictOptions,
} from "./resolve-options.js";
import type { Reranker } from "./reranker.js";
import { resolvePrompt } from "./resolve-prompt.js";
import { validatePairs, type Pair, type PredictInput } from "./validate-inputs.js";

/** A pair as the model sees it. */
export interface TokenizedPair {
  /** Token ids, special tokens included; at most `maxLength`. */
  inputIds: Int32Array;
  /** Which of the two texts each token is of, for models that are told (BERT is, ModernBERT is not). */
  tokenTypeIds?: Int32Array;
  /** How many tokens of the two texts were cut off; 0 if the pair fits. */
  truncatedTokens: number;
}

/** Facts about a loaded model. */
export interface ModelInfo extends Omit<LoadedModel, "fallback"> {
  /** The folder it was loaded from. */
  folder: string;
  /** Class name of the architecture, as in `config.json`. */
  architecture: string;
}

/**
 * Scores how well documents answer a query with a cross-encoder.
 *
 * The counterpart of sentence-transformers' `CrossEncoder`: the same calls, the same scores. Tokenizing and inference
 * run in worker threads, one unless {@link FromPretrainedOptions.workers} says otherwise; the caller's event loop stays
 * free. Safe for concurrent calls: their micro-batches take turns.
 *
 * Holds threads and native memory: call {@link CrossEncoder.dispose} (or use `await using`) when done. A process that
 * does not still exits.
 *
 * @example
 * const model = await CrossEncoder.fromPretrained();
 * const [best] = await model.rank("capital of France", ["Bread is baked.", "Paris is the capital of France."]);
 * console.log(best.corpusId); //=> 1
 * await model.dispose();
 */
export class CrossEncoder implements Reranker, AsyncDisposable {
  /** What the model was asked for by; `"nano"` for the embedded one. */
  readonly modelId: string;
  /** Facts about the loaded model. */
  readonly info: ModelInfo;
  readonly #settings: ModelSettings;
  readonly #activationFn: ActivationFn;
  readonly #workers: WorkerPool;
  readonly #calls: CallableEncoder;

  private constructor(parts: {
    modelId: string;
    info: ModelInfo;
    settings: ModelSettings;
    activationFn: ActivationFn;
    workers: WorkerPool;
  }) {
    this.modelId = parts.modelId;
    this.info = parts.info;
    this.#settings = parts.settings;
    this.#activationFn = parts.activationFn;
    this.#workers = parts.workers;
    const { labelCount: numLabels, prompts, defaultPromptName } = parts.settings;
    const score: CallableEncoder["score"] = (pairs, options) => this.#score(pairs, options);
    this.#calls = { modelId: parts.modelId, numLabels, prompts, defaultPromptName, score };
  }

  /**
   * Loads a model and starts its worker threads.
   *
   * @param model - Path of a folder with `config.json`, `tokenizer.json`, `tokenizer_config.json` and
   * `model.safetensors` (or shards with their index), or an ONNX file in `onnx/` or beside them. Else the id of a model on
   * the Hugging Face Hub: `owner/name`, or `name` for one of `cross-encoder`; it is downloaded into the cache that
   * Python's libraries share. Without one, the small English model that comes with crossrank.
   * @throws {InvalidOptionsError} If an option is wrong, or does not go with the model.
   * @throws {ModelNotFoundError} If there is no such folder and no such model on the Hub, or a file is missing in it.
   * @throws {ModelGatedError | AccessDeniedError | InvalidTokenError} If the Hub does not give the model to this account.
   * @throws {RateLimitedError | HubUnreachableError | DownloadError | ChecksumMismatchError} If a download fails.
   * @throws {ModelNotCachedError} If nothing may be downloaded, and the cache lacks the model.
   * @throws {InvalidModelFileError | TensorNotFoundError | ShapeMismatchError} If a file is damaged, or weights are not
   * what `config.json` calls for.
   * @throws {UnsupportedModelError} If the model is of a kind that crossrank does not run.
   * @throws {DeviceUnavailableError} If the device cannot be used; says what to install.
   * @throws {CacheUnavailableError} If files have to be downloaded or weights converted, and there is no place to keep
   * them.
   * @throws {RuntimeUnavailableError} If onnxruntime-node is missing or does not load.
   */
  static async fromPretrained(model?: string, options: FromPretrainedOptions = {}): Promise<CrossEncoder> {
    requireModelName(model);
    const resolved = resolveFromPretrainedOptions(options);
    const settings = await loadModelSettings(await resolveModelFolder(model, resolved), resolved);
    const { folder, architecture } = settings;
    const { workers, loaded } = await loadWorkers(await createModelSpec(settings, resolved), resolved);
    return new CrossEncoder({
      modelId: model ?? "nano",
      info: { ...loaded, folder, architecture },
      settings,
      activationFn: resolved.activationFn ?? settings.activation,
      workers,
    });
  }

  /**
   * Puts models one behind the other: each scores what the one before it kept, the last one decides. See {@link Cascade}.
   *
   * @param stages - From the cheapest model to the best, at least two; all but the last say how many documents they keep.
   * @throws {InvalidOptionsError} If there are fewer than two stages, a stage's `model` has no `rank()`, or a stage keeps
   * no documents or no fewer than the one before it.
   *
   * @example
   * const small = await CrossEncoder.fromPretrained();
   * const large = await CrossEncoder.fromPretrained("./my-model");
   * const cascade = CrossEncoder.cascade([{ model: small, keep: 20 }, { model: large }]);
   * const ranking = await cascade.rank("query", documents); // [{ corpusId, score, stage, stageScores }, …]
   */
  static cascade(stages: readonly CascadeStage[]): Cascade {
    return new Cascade(stages);
  }

  /** Where the model runs: `device: "auto"` has chosen. */
  get device(): Device {
    return this.info.device;
  }

  /** In which precision the model computes. */
  get dtype(): ComputeDtype {
    return this.info.dtype;
  }

  /** Most tokens of a pair, special tokens included. */
  get maxLength(): number {
    return this.#settings.maxLength;
  }

  /** Scores a pair gets. */
  get numLabels(): number {
    return this.#settings.labelCount;
  }

  /** Label names by index, as in `config.json`. */
  get id2label(): Readonly<Record<number, string>> {
    return this.#settings.id2label;
  }

  /** What turns logits into scores where a call does not say otherwise. */
  get activationFn(): ActivationFn {
    return this.#activationFn;
  }

  /** Texts that can be put in front of queries, by name. */
  get prompts(): Readonly<Record<string, string>> {
    return this.#settings.prompts;
  }

  /** Name of the prompt for calls that name none. */
  get defaultPromptName(): string | undefined {
    return this.#settings.defaultPromptName;
  }

  /** Whether {@link CrossEncoder.dispose} was called. */
  get disposed(): boolean {
    return this.#workers.isDisposed;
  }

  /**
   * Scores one pair.
   *
   * @returns The score; with a model of several labels, scores of shape [labels]. Say so by the type parameter:
   * `predict<Float32Array>(pair)`.
   * @throws See the form for several pairs.
   */
  async predict<Row extends number | Float32Array = number>(pair: Pair, options?: PredictOptions): Promise<Row>;
  /**
   * Scores pairs, all together: similar lengths go through the model side by side, whatever their order here.
   *
   * @param pairs - `[query, document]` each. What becomes of longer ones than {@link CrossEncoder.maxLength} is said by
   * {@link PredictOptions.longDocuments}.
   * @returns Scores in the order of the pairs, shape [pairs]; with a model of several labels one array of shape [labels]
   * a pair: `predict<Float32Array>(pairs)`. Empty for no pairs.
   * @throws {InvalidInputError} If a pair is not two texts; names its index. Nothing was scored then.
   * @throws {InvalidOptionsError} If an option is wrong.
   * @throws {NonFiniteScoreError} If the model gives NaN or an infinity.
   * @throws {InferenceError | WorkerCrashedError} If the runtime fails, or a thread dies.
   * @throws {DisposedError} If the encoder is disposed.
   */
  async predict<Row extends number | Float32Array = number>(
    pairs: readonly (readonly string[])[],
    options?: PredictOptions,
  ): Promise<Row extends number ? Float32Array : Row[]>;
  async predict(input: PredictInput, options: PredictOptions = {}): Promise<number | Float32Array | Float32Array[]> {
    return predictPairs(this.#calls, input, resolvePredictOptions(options));
  }

  /**
   * Ranks documents by how well they answer a query.
   *
   * @returns The documents' places and scores, best first; equal scores keep the order of the documents. `[]` for none.
   * @throws {InvalidOptionsError} If the model has several labels (use {@link CrossEncoder.predict}), or an option is
   * wrong.
   * @throws {InvalidInputError} If the query or a document is no text; names its index. Nothing was scored then.
   * @throws Also what {@link CrossEncoder.predict} throws.
   */
  async rank(query: string, documents: readonly string[], options: RankOptions = {}): Promise<RankedDocument[]> {
    return rankDocuments(this.#calls, { query, documents }, resolveRankOptions(options));
  }

  /**
   * Tokenizes pairs without scoring them: what the model would see, and what truncation would cut.
   *
   * @throws {InvalidInputError} If a pair is not two texts; names its index.
   * @throws {InvalidOptionsError} If an option is wrong.
   * @throws {DisposedError} If the encoder is disposed.
   */
  async tokenize(pairs: readonly (readonly string[])[], options: TokenizeOptions = {}): Promise<TokenizedPair[]> {
    const { signal, ...promptOptions } = resolveTokenizeOptions(options);
    const { pairs: valid } = validatePairs(pairs);
    const prompt = resolvePrompt(promptOptions, this.#settings);
    const columns = {
      queries: valid.map(([query]) => prompt + query),
      documents: valid.map(([, document]) => document),
    };
    return [...(await this.#workers.tokenize(columns, { signal }))];
  }

  /**
   * Ends the worker threads and gives the model's memory back. Pending calls are rejected with a {@link DisposedError}, and so
   * are later ones. Disposing twice is fine.
   */
  async dispose(): Promise<void> {
    await this.#workers.dispose();
  }

  /** Same as {@link CrossEncoder.dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #score(pairs: PairColumns, options: ResolvedPredictOptions): Promise<DocumentScores> {
    const { batchSize, maxBatchTokens, onProgress, onTokenized, signal } = options;
    const total = pairs.documents.length;
    const call = [
      pairs,
      { batchSize, maxBatchTokens },
      { signal, onTokenized, onScored: onProgress && ((scored: number) => onProgress({ scored, total })) },
    ] as const;
    const scoring = {
      labelCount: this.numLabels,
      activationFn: options.activationFn ?? this.#activationFn,
      applySoftmax: options.applySoftmax,
    };
    if (options.longDocuments === "truncate") {
      return { scores: scoresFromLogits(await this.#workers.score(...call), scoring), passages: [] };
    }
    return bestPassages(await this.#workers.scorePassages(...call), scoring);
  }
}

function requireModelName(model: unknown): void {
  if (model === undefined || (typeof model === "string" && model !== "")) return;
  throw new InvalidInputError(
    `The model must be named by the path of its folder or its id on the Hub, got ${JSON.stringify(model)}.`,
    { argument: "model" },
  );
}
