import type { ActivationFn, DocumentScores, KnownPrompts, ResolvedPredictOptions } from "../cross-encoder/index.js";
import type { PairColumns } from "../inference/index.js";

/** What is known of the model behind a service. */
export interface RemoteModel extends KnownPrompts {
  labelCount: number;
  /** `undefined` where the service activates, and nobody here knows how. */
  activationFn: ActivationFn | undefined;
}

/** What a backend is told about a call. Prompts are in the queries already. */
export interface RemoteCall {
  options: ResolvedPredictOptions;
  /** The call's, and the encoder's disposal. */
  signal: AbortSignal;
  /** To be told how many more pairs have their scores. */
  onScored: (count: number) => void;
}

/** Scores pairs by one kind of service. */
export interface Backend {
  readonly model: RemoteModel;

  /** Scores, shape [pairs, labels], in the order of the pairs. */
  score(pairs: PairColumns, call: RemoteCall): Promise<DocumentScores>;
}
