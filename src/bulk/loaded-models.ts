import { CrossEncoder, type Pair, type PredictOptions } from "../cross-encoder/index.js";
import { modelFingerprint } from "./model-fingerprint.js";
import type { BulkScoring, ResolvedWorkerOptions } from "./resolve-options.js";
import type { ScorePairs } from "./score-rows.js";

/** A model, ready to score a submission's pairs as it asks for. */
export interface ScoringModel {
  score: ScorePairs;
  id2label: Readonly<Record<number, string>>;
  folder: string;
  fingerprint: string;
}

interface Loaded {
  key: string;
  model: Promise<{ encoder: CrossEncoder; scoring: ScoringModel }>;
  users: number;
}

/**
 * The models of a worker: one, loaded once, as long as submissions ask for the same; the one before is disposed of when
 * its last chunk is done.
 */
export class LoadedModels {
  readonly #options: Pick<ResolvedWorkerOptions, "threads" | "workers">;
  #current: Loaded | undefined;

  constructor(options: Pick<ResolvedWorkerOptions, "threads" | "workers">) {
    this.#options = options;
  }

  /**
   * Runs `use` with the model of a submission.
   *
   * @throws What loading the model throws, or scoring a first pair with it; and what `use` throws.
   */
  async use<Result>(scoring: BulkScoring, use: (model: ScoringModel) => Promise<Result>): Promise<Result> {
    const loaded = this.#take(scoring);
    try {
      return await use((await loaded.model).scoring);
    } finally {
      loaded.users -= 1;
      if (loaded !== this.#current) await disposeUnused(loaded);
    }
  }

  /** Ends the model that is loaded, if one is. */
  async dispose(): Promise<void> {
    const loaded = this.#current;
    this.#current = undefined;
    if (loaded) await disposeUnused(loaded);
  }

  #take(scoring: BulkScoring): Loaded {
    const key = JSON.stringify(scoring);
    const before = this.#current;
    if (before?.key !== key) {
      this.#current = { key, model: this.#load(scoring), users: 0 };
      if (before) void disposeUnused(before);
    }
    const loaded = this.#current as Loaded;
    loaded.users += 1;
    return loaded;
  }

  async #load(scoring: BulkScoring): ReturnType<() => Loaded["model"]> {
    const { model, dtype, maxLength, activationFn, ...predictOptions } = scoring;
    const encoder = await CrossEncoder.fromPretrained(model, {
      ...(dtype && { dtype }),
      ...(maxLength && { maxLength }),
      ...(activationFn && { activationFn }),
      ...(this.#options.threads && { threads: this.#options.threads }),
      ...(this.#options.workers && { workers: this.#options.workers }),
    });
    try {
      const score = scorerOf(encoder, predictOptions as PredictOptions);
      // What is wrong with the options shows here, before a pair can be blamed for it.
      await score([["first", "pair"]]);
      const { folder } = encoder.info;
      const fingerprint = await modelFingerprint(folder);
      return { encoder, scoring: { score, id2label: encoder.id2label, folder, fingerprint } };
    } catch (error) {
      await encoder.dispose();
      throw error;
    }
  }
}

function scorerOf(encoder: CrossEncoder, options: PredictOptions): ScorePairs {
  return async (pairs: readonly Pair[]) => {
    if (encoder.numLabels > 1) return encoder.predict<Float32Array>(pairs, options);
    return Array.from(await encoder.predict(pairs, options), (score) => Float32Array.of(score));
  };
}

/** A model that did not load has told its users why. */
async function disposeUnused({ model, users }: Loaded): Promise<void> {
  if (users > 0) return;
  await model.then(
    ({ encoder }) => encoder.dispose(),
    () => undefined,
  );
}
