/**
 * What the caller's thread and the worker thread say to each other.
 *
 * A worker gets its {@link WorkerData} when it starts and answers `done` or `failed` under {@link loadCallId}. Each
 * call has an id of its own: its pairs come in slices, so that cloning many texts does not hold the caller's thread.
 */
import type { SerializedError } from "../errors/index.js";
import type { Head } from "../head/index.js";
import type { MicroBatchLimits } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import type { Device } from "./devices.js";

/**
 * Precisions that models compute in, or hold their weights in: `"q4"`, `"q4f16"` and `"bnb4"` are 4-bit ONNX files,
 * `"unknown"` is an ONNX file whose name does not tell.
 */
export type ComputeDtype = "fp32" | "fp16" | "int8" | "q4" | "q4f16" | "bnb4" | "unknown";

/** An ONNX file to run. */
export interface OnnxSource {
  /** In the model's folder. */
  path: string;
  /** Files that hold its weights, where they are not in it. */
  dataPaths: readonly string[];
  dtype: ComputeDtype;
}

/** Which model to load, and how. Plain data, settled by the caller's thread. */
export interface ModelSpec {
  folder: string;
  /** `config.json` as parsed. */
  config: Readonly<Record<string, unknown>>;
  architecture: string;
  labelCount: number;
  /** The head, if it lies in folders of its own, and those of them that hold weights. */
  savedHead?: { head: Head; weightFolders: readonly string[] } | undefined;
  /** Most tokens of a pair, special tokens included. */
  maxLength: number;
  threads: number;
  /** What a checkpoint's graph computes in. `"auto"`: what the folder's weights are for. */
  dtype: "fp32" | "fp16" | "int8" | "auto";
  /** The ONNX file that is run, instead of a graph over the folder's checkpoint. */
  onnx?: OnnxSource | undefined;
  device: Device | "auto";
}

/** Facts about a model that only loading it tells. */
export interface LoadedModel {
  /** In which precision the model computes. */
  dtype: ComputeDtype;
  /** Where the model runs. */
  device: Device;
  /** Why it runs there, where `device: "auto"` found none that it would have chosen before. */
  fallback?: string;
  /**
   * What is run.
   *
   * - `"stream"` – a graph built over the checkpoint, without padding; on the CPU
   * - `"standard"` – a graph built over the checkpoint, in padded batches; on GPUs
   * - `"onnx"` – an ONNX file, in padded batches
   */
  runs: "stream" | "standard" | "onnx";
  /** `metadata_props` of the ONNX file; `{}` for a checkpoint. */
  metadata: Readonly<Record<string, string>>;
  /** `undefined` for an ONNX file. */
  parameterCount: number | undefined;
  /** How the checkpoint holds its weights, e.g. `["F32"]`; `[]` for an ONNX file. */
  weightTypes: readonly string[];
  /** The checkpoint's files, or the ONNX file and its data, seen from the model's folder. */
  weightFiles: readonly string[];
  weightBytes: number;
}

/** Pairs as columns. A query that all documents share is sent once. */
export interface PairColumns {
  queries: string | readonly string[];
  documents: readonly string[];
}

/** What tokenizing found out about a call's pairs. */
export interface TokenCounts {
  /** Tokens of each pair that the model sees, special tokens included, shape [pairs]; of all passages of one that was split. */
  tokens: Uint32Array;
  /** 1 for a pair of whose texts something was cut off, else 0, shape [pairs]. */
  truncated: Uint8Array;
}

/** What is wanted of a call's pairs. */
export type CallKind =
  | { type: "score"; limits: MicroBatchLimits }
  | { type: "scorePassages"; limits: MicroBatchLimits }
  | { type: "tokenize" };

/** Logits of the passages of pairs' documents: all of the first pair's, by their start, then the second's, and so on. */
export interface PassageLogits {
  /** Shape [passages, labels]. */
  logits: Float32Array;
  /** How many passages each document has, shape [pairs]; 1 for a document that fits as a whole. */
  counts: Uint32Array;
  /** Where each passage starts and ends in its document, shape [passages, 2]. */
  offsets: Uint32Array;
}

/** What a worker gets when it starts. */
export interface WorkerData {
  spec: ModelSpec;
  /** Shared; the worker makes it 1 when it leaves its last line. */
  hasExited: Int32Array<SharedArrayBuffer>;
}

/** `end` is answered by the end of the thread. */
export type WorkerRequest =
  | { type: "pairs"; callId: number; pairs: PairColumns }
  | { type: "start"; callId: number; call: CallKind }
  | { type: "cancel"; callId: number }
  | { type: "end" };

/** The id of loading, a worker's first call. */
export const loadCallId = 0;

/** `done` and `failed` end a call. What `done` carries is {@link CallResults}'s. */
export type WorkerReply =
  | { type: "tokenized"; callId: number; counts: TokenCounts }
  | { type: "progress"; callId: number; scored: number }
  | { type: "done"; callId: number; result: CallResults[keyof CallResults] }
  | { type: "failed"; callId: number; error: SerializedError };

/** What each kind of call ends with. */
export interface CallResults {
  load: LoadedModel;
  /** Logits, shape [pairs, labels], in the order of the pairs. */
  score: Float32Array;
  scorePassages: PassageLogits;
  tokenize: readonly TokenizedPair[];
}
