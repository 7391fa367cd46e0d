import {
  CrossEncoder,
  scoresFromLogits,
  type FromPretrainedOptions,
  type Pair,
  type PredictOptions,
} from "../cross-encoder/index.js";
import { InputTooLongError, NotReadyError } from "../errors/index.js";
import { Batcher, type BatchObserver } from "./batching/batcher.js";
import type { JobResult } from "./batching/batch-job.js";
import type { NamedModel } from "./resolve-server-options.js";

/** How a request wants its pairs scored. */
export interface ScoreWish {
  /** Logits instead of scores. */
  isRaw: boolean;
  /** Whether pairs that do not fit may be cut. */
  mayTruncate: boolean;
  signal: AbortSignal;
}

/** A request's scores, shape [pairs, labels], and what they took. */
export type Scored = Omit<JobResult, "logits"> & { scores: Float32Array };

type ScoringOptions = Pick<PredictOptions, "longDocuments" | "maxBatchTokens" | "batchSize" | "prompt" | "promptName">;

const scoringKeys = new Set(["longDocuments", "maxBatchTokens", "batchSize", "prompt", "promptName"]);

interface Ready {
  encoder: CrossEncoder;
  batcher: Batcher;
  scoring: ScoringOptions;
}

const defaultMaxBatchTokens = 512;
/** While one call of a worker computes, the next is sent and tokenized. */
const callsPerWorker = 2;

/** A model of a server: loaded in the background, its requests batched. */
export class ServedModel {
  readonly name: string;
  /** Seconds since 1970. */
  readonly createdAt = Math.floor(Date.now() / 1000);
  /** Settles when the model is loaded, or cannot be. */
  readonly loaded: Promise<void>;
  readonly #stopLoading = new AbortController();
  #ready: Ready | undefined;

  constructor(options: NamedModel, limits: { maxQueueTokens: number; observer: BatchObserver }) {
    this.name = options.name;
    this.loaded = this.#load(options, limits);
    // Whoever wants to know awaits it; until then it must not end the process.
    this.loaded.catch(() => undefined);
  }

  get isReady(): boolean {
    return this.#ready !== undefined && !this.#ready.encoder.disposed;
  }

  get queuedTokens(): number {
    return this.#ready?.batcher.queuedTokens ?? 0;
  }

  get queuedRequests(): number {
    return this.#ready?.batcher.queuedRequests ?? 0;
  }

  /** @throws {NotReadyError} If it is not loaded. */
  get encoder(): CrossEncoder {
    return this.#require().encoder;
  }

  /**
   * Scores pairs, together with those of other requests.
   *
   * @throws {NotReadyError} If the model is not loaded.
   * @throws {InputTooLongError} If a pair does not fit and must not be cut.
   * @throws Also what {@link Batcher.score} throws.
   */
  async score(pairs: readonly Pair[], { isRaw, mayTruncate, signal }: ScoreWish): Promise<Scored> {
    const { encoder, batcher, scoring } = this.#require();
    if (!mayTruncate && scoring.longDocuments !== "maxPassage") await this.#requireFit(pairs, signal);
    const { logits, ...facts } = await batcher.score(pairs, signal);
    const { numLabels: labelCount, activationFn } = encoder;
    // Of several labels text-embeddings-inference gives probabilities; a model's own activation comes before that.
    const applySoftmax = activationFn === "identity";
    return { ...facts, scores: isRaw ? logits : scoresFromLogits(logits, { labelCount, activationFn, applySoftmax }) };
  }

  async dispose(): Promise<void> {
    this.#stopLoading.abort();
    await this.loaded.catch(() => undefined);
    await this.#ready?.encoder.dispose();
  }

  async #load(options: NamedModel, limits: { maxQueueTokens: number; observer: BatchObserver }): Promise<void> {
    const { model, scoring, loading } = splitOptions(options);
    const encoder = await CrossEncoder.fromPretrained(model, { ...loading, signal: this.#stopLoading.signal });
    try {
      // Finds out now, not with the first request, whether the options go with the model.
      await encoder.predict([["", ""]], { ...scoring, activationFn: "identity" });
    } catch (error) {
      await encoder.dispose();
      throw error;
    }
    const batcher = new Batcher({
      score: async (pairs, callOptions) => {
        const rows = await encoder.predict<Float32Array | number>(pairs, {
          ...scoring,
          ...callOptions,
          activationFn: "identity",
        });
        return flatten(rows);
      },
      maxPairTokens: scoring.longDocuments === "maxPassage" ? Infinity : encoder.maxLength,
      microBatchTokens: scoring.maxBatchTokens ?? defaultMaxBatchTokens,
      maxCalls: callsPerWorker * (loading.workers ?? 1),
      ...limits,
    });
    this.#ready = { encoder, batcher, scoring };
  }

  #require(): Ready {
    if (this.#ready !== undefined) return this.#ready;
    throw new NotReadyError(`The model ${this.name} is not loaded yet. Try again in a moment.`, { state: "loading" });
  }

  async #requireFit(pairs: readonly Pair[], signal: AbortSignal): Promise<void> {
    const { encoder, scoring } = this.#require();
    const { prompt, promptName } = scoring;
    const tokenized = await encoder.tokenize(pairs, {
      signal,
      ...(prompt === undefined ? {} : { prompt }),
      ...(promptName === undefined ? {} : { promptName }),
    });
    const index = tokenized.findIndex(({ truncatedTokens }) => truncatedTokens > 0);
    if (index < 0) return;
    const { inputIds, truncatedTokens } = tokenized[index] as (typeof tokenized)[number];
    const [tokens, limit] = [inputIds.length + truncatedTokens, encoder.maxLength];
    throw new InputTooLongError(
      `The query and a document must have at most ${limit} tokens together, but with the document at index ${index} ` +
        `they have ${tokens}. Shorten it, or allow truncation.`,
      { index, tokens, limit },
    );
  }
}

function splitOptions(options: NamedModel): {
  model: string | undefined;
  scoring: ScoringOptions;
  loading: Omit<FromPretrainedOptions, "signal">;
} {
  const entries = Object.entries(options).filter(
    ([key, value]) => key !== "name" && key !== "model" && value !== undefined,
  );
  const scoring = entries.filter(([key]) => scoringKeys.has(key));
  const loading = entries.filter(([key]) => !scoringKeys.has(key));
  return { model: options.model, scoring: Object.fromEntries(scoring), loading: Object.fromEntries(loading) };
}

/** A model of one label gives a list of scores, one of several a list of rows. */
function flatten(rows: Float32Array | readonly Float32Array[] | readonly number[]): Float32Array {
  if (rows instanceof Float32Array) return rows;
  return Float32Array.from((rows as readonly Float32Array[]).flatMap((row) => [...row]));
}
