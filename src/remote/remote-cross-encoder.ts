import {
  predictPairs,
  rankDocuments,
  resolvePredictOptions,
  resolvePrompt,
  resolveRankOptions,
  type ActivationFn,
  type CallableEncoder,
  type DocumentScores,
  type Pair,
  type PredictInput,
  type PredictOptions,
  type RankedDocument,
  type RankOptions,
  type Reranker,
  type ResolvedPredictOptions,
} from "../cross-encoder/index.js";
import { DisposedError } from "../errors/index.js";
import type { PairColumns } from "../inference/index.js";
import type { Backend } from "./backend.js";
import { followSignals } from "./follow-signals.js";
import { HttpClient } from "./http-client.js";
import type { RemoteOptions } from "./remote-options.js";
import { resolveBaseUrls, resolveRemoteOptions, type ResolvedRemoteOptions } from "./resolve-remote-options.js";
import { TextBackend } from "./text-backend.js";

/** Padded tokens in a KServe request: a service has more room than a micro-batch on a CPU wants. */
const defaultMaxBatchTokens = 8192;

/**
 * `CrossEncoder`'s `predict()` and `rank()` over HTTP: by `crossrank serve`, text-embeddings-inference, a Cohere-shaped
 * service, or a KServe V2 endpoint such as Triton's.
 *
 * Requests of a call run side by side, over connections that are kept. With several base URLs they take turns, and a
 * place that gives no answer is passed over. Safe for concurrent calls.
 *
 * Differences from an encoder in process: with services that take texts, truncation, micro-batches (`batchSize`,
 * `maxBatchTokens`) and, unless `activationFn` is given, the activation are the service's; `longDocuments: "maxPassage"`
 * works with `"kserve"` only.
 *
 * @example
 * const model = await RemoteCrossEncoder.fromUrl(["http://reranker-1:8080", "http://reranker-2:8080"]);
 * const [best] = await model.rank("capital of France", ["Bread is baked.", "Paris is the capital of France."]);
 * console.log(best.corpusId); //=> 1
 */
export class RemoteCrossEncoder implements Reranker, AsyncDisposable {
  /** The model's name at the service; without one, the first base URL's host. */
  readonly modelId: string;
  readonly #backend: Backend;
  readonly #calls: CallableEncoder;
  readonly #disposal = new AbortController();

  private constructor(modelId: string, backend: Backend) {
    this.modelId = modelId;
    this.#backend = backend;
    const { labelCount: numLabels, prompts, defaultPromptName } = backend.model;
    const score: CallableEncoder["score"] = (pairs, options) => this.#score(pairs, options);
    this.#calls = { modelId, numLabels, prompts, defaultPromptName, score };
  }

  /**
   * Prepares to use a service; no request is made before the first call.
   *
   * @param url - Base URL, without the path of the endpoint; or several, of services with the same model.
   * @throws {InvalidOptionsError} If an option or URL is wrong, or does not go with the api.
   * @throws With `"kserve"` also what `CrossEncoder.fromPretrained` throws about the small files of a model's folder.
   */
  static async fromUrl(url: string | readonly string[], options: RemoteOptions = {}): Promise<RemoteCrossEncoder> {
    const resolved = resolveRemoteOptions(options);
    const urls = resolveBaseUrls(url);
    const client = new HttpClient({
      urls,
      headers: requestHeaders(resolved),
      timeoutMs: resolved.timeoutMs,
      retries: resolved.retries,
      fetch: resolved.fetch ?? globalThis.fetch,
    });
    const backend = await loadBackend(client, resolved);
    resolvePrompt({}, backend.model); // An unknown default is to be told now, not by every call.
    return new RemoteCrossEncoder(resolved.model ?? new URL(urls[0] as string).host, backend);
  }

  /** Scores a pair gets. */
  get numLabels(): number {
    return this.#backend.model.labelCount;
  }

  /** What turns logits into scores where a call does not say otherwise; `undefined` where the service does. */
  get activationFn(): ActivationFn | undefined {
    return this.#backend.model.activationFn;
  }

  /** Texts that can be put in front of queries, by name. */
  get prompts(): Readonly<Record<string, string>> {
    return this.#backend.model.prompts;
  }

  /** Name of the prompt for calls that name none. */
  get defaultPromptName(): string | undefined {
    return this.#backend.model.defaultPromptName;
  }

  /** Whether {@link RemoteCrossEncoder.dispose} was called. */
  get disposed(): boolean {
    return this.#disposal.signal.aborted;
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
   * Scores pairs. Services that take texts get one request for each different query, and more where there are many
   * documents.
   *
   * @returns Scores in the order of the pairs, shape [pairs]; with a model of several labels (`"kserve"` only) one array
   * of shape [labels] a pair. Empty for no pairs.
   * @throws {InvalidInputError} If a pair is not two texts; names its index. Nothing was sent then.
   * @throws {InvalidOptionsError} If an option is wrong, or asks for what the service cannot do.
   * @throws {RemoteUnavailableError} If no base URL answered, or none had room, after all retries.
   * @throws {RemoteRejectedError} If the service refused, for example for a wrong key.
   * @throws {InvalidResponseError} If the answer is not of the api's format.
   * @throws {NonFiniteScoreError} If the service gives NaN or an infinity.
   * @throws {DisposedError} If the encoder is disposed.
   */
  async predict<Row extends number | Float32Array = number>(
    pairs: readonly (readonly string[])[],
    options?: PredictOptions,
  ): Promise<Row extends number ? Float32Array : Row[]>;
  async predict(input: PredictInput, options: PredictOptions = {}): Promise<number | Float32Array | Float32Array[]> {
    return predictPairs(this.#calls, input, withBatchTokens(resolvePredictOptions(options), options));
  }

  /**
   * Ranks documents by how well they answer a query.
   *
   * @returns The documents' places and scores, best first; equal scores keep the order of the documents, whatever the
   * service does with them. `[]` for none.
   * @throws {InvalidInputError} If the query or a document is no text; names its index. Nothing was sent then.
   * @throws {InvalidOptionsError} If the model has several labels.
   * @throws Also what {@link RemoteCrossEncoder.predict} throws.
   */
  async rank(query: string, documents: readonly string[], options: RankOptions = {}): Promise<RankedDocument[]> {
    return rankDocuments(this.#calls, { query, documents }, withBatchTokens(resolveRankOptions(options), options));
  }

  /** Ends calls that are under way, which are rejected with a {@link DisposedError}, as later ones are. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new DisposedError(`The remote encoder of ${this.modelId} was disposed.`));
  }

  /** Same as {@link RemoteCrossEncoder.dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #score(pairs: PairColumns, options: ResolvedPredictOptions): Promise<DocumentScores> {
    const following = followSignals([this.#disposal.signal, options.signal]);
    const total = pairs.documents.length;
    let scored = 0;
    const onScored = (count: number) => {
      scored += count;
      options.onProgress?.({ scored, total });
    };
    try {
      following.signal.throwIfAborted();
      const call = { options, signal: following.signal, onScored };
      return await this.#backend.score(pairs, call);
    } finally {
      following.release();
    }
  }
}

async function loadBackend(client: HttpClient, options: ResolvedRemoteOptions): Promise<Backend> {
  const { api } = options;
  if (api !== "kserve") return new TextBackend(client, { ...options, api });
  // It brings a tokenizer, which no other api needs here.
  const { InferBackend } = await import("./infer-backend.js");
  return InferBackend.load(client, options);
}

function requestHeaders({ headers, apiKey }: ResolvedRemoteOptions): Record<string, string> {
  return { ...headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
}

function withBatchTokens<Options extends ResolvedPredictOptions>(resolved: Options, given: PredictOptions): Options {
  return { ...resolved, maxBatchTokens: given.maxBatchTokens ?? defaultMaxBatchTokens };
}
