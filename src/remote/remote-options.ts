import type { ActivationFn } from "../cross-encoder/index.js";

/**
 * What a service speaks.
 *
 * - `"crossrank"` – `crossrank serve`: `POST /v1/rerank`.
 * - `"tei"` – Hugging Face's text-embeddings-inference: `POST /rerank`.
 * - `"cohere"` – Cohere's `POST /v2/rerank`, and services of that shape: Jina, vLLM, infinity and others (see
 *   {@link RemoteOptions.path}).
 * - `"kserve"` – the Open Inference Protocol V2 of KServe and Triton, with its binary tensors: the service holds an ONNX
 *   file in the standard layout, as `crossrank convert --layout standard` writes it; texts become token ids here.
 */
export type RemoteApi = "crossrank" | "tei" | "cohere" | "kserve";

/** Options of {@link RemoteCrossEncoder.fromUrl}. */
export interface RemoteOptions {
  /** What the service speaks. @default "crossrank" */
  api?: RemoteApi;

  /**
   * The model's name at the service. `"kserve"` must have it; `"cohere"` mostly must; `"tei"` knows no names.
   *
   * @default none: the service's only model
   */
  model?: string;

  /** Version of the model, for `"kserve"`. @default the service's choice */
  modelVersion?: string;

  /** Sent as `Authorization: Bearer …`. Appears in no error. */
  apiKey?: string;

  /** Further headers of every request. */
  headers?: Readonly<Record<string, string>>;

  /**
   * Path of the rerank endpoint below the base URL, for services that have it elsewhere: `"/v1/rerank"` for Jina.
   *
   * @default that of the api
   */
  path?: string;

  /**
   * Further fields of every request's JSON body, such as `{ max_tokens_per_doc: 512 }`. Not for `"kserve"`.
   *
   * @default {}
   */
  body?: Readonly<Record<string, unknown>>;

  /**
   * For `"kserve"`: path of the model's folder with `config.json`, `tokenizer.json` and `tokenizer_config.json`. It
   * decides on token ids, maximum length, activation, labels and prompts; weights are not read.
   */
  tokenizer?: string;

  /** For `"kserve"`: name of the model's output. @default "logits" */
  outputName?: string;

  /** For `"kserve"`: most tokens of a pair, as in `CrossEncoder.fromPretrained`. @default the model's own */
  maxLength?: number;

  /**
   * What turns logits into scores. Services other than `"kserve"` do that themselves unless this, or a call's, is set:
   * they are then asked for raw logits, which `"cohere"` cannot be.
   *
   * @default the service's own; for `"kserve"` the model's own
   */
  activationFn?: ActivationFn;

  /**
   * Texts to put in front of queries, by name; for `"kserve"` merged over the model's own. A service's own prompts are
   * the service's business.
   *
   * @default {}
   */
  prompts?: Readonly<Record<string, string>>;

  /** Name of the prompt for calls that name none. @default none; for `"kserve"` the model's own */
  defaultPromptName?: string;

  /**
   * Most documents in a request. Longer lists are sent in several requests; the scores are the same.
   *
   * @default 32 for `"crossrank"` and `"tei"` (its `--max-client-batch-size`), 1000 for `"cohere"` (its limit); for
   * `"kserve"` the call's `batchSize`
   */
  maxDocumentsPerRequest?: number;

  /** Most requests of a call that are under way at once. @default 4 */
  maxConcurrentRequests?: number;

  /**
   * How long one request may take until its answer is there, in milliseconds. For a whole call, with its retries, pass
   * `signal: AbortSignal.timeout(…)` to it.
   *
   * @default 30_000
   */
  timeoutMs?: number;

  /**
   * How often a request is tried again, all base URLs in turn each time, after no answer, a timeout, or a status of 408,
   * 429, 500, 502, 503 or 504. Waits 0.2 to 0.4 s before the first retry, twice as long before each next one, 5 s at most;
   * and at least as long as `Retry-After` says, unless that is more than a minute: then it is not retried.
   *
   * @default 2
   */
  retries?: number;

  /** Sends requests: for proxies, client certificates, tracing. @default the global `fetch`, which keeps connections */
  fetch?: typeof fetch;
}
