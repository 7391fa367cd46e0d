import type { ActivationName, HubOptions } from "../hub/index.js";
import type { Device, TokenCounts } from "../inference/index.js";

/**
 * Turns logits into scores: a name, or a function of your own.
 *
 * - `"sigmoid"` – each label to 0 … 1 by itself.
 * - `"identity"` – logits as they are.
 * - `"tanh"` – each label to -1 … 1.
 * - `"softmax"` – over the labels of a pair; for models of several labels only.
 * - a function – gets the logits of one pair, shape [labels], and returns as many scores. Runs on the caller's thread.
 */
export type ActivationFn = ActivationName | ((logits: Float32Array) => ArrayLike<number>);

/** How far a call has come. */
export interface Progress {
  /** Pairs scored so far. */
  scored: number;
  /** Pairs of the call. */
  total: number;
}

/** Options of {@link CrossEncoder.fromPretrained}. */
export interface FromPretrainedOptions extends HubOptions {
  /**
   * Where the model runs.
   *
   * - `"cpu"` – the fastest graphs, and int8.
   * - `"cuda"`, `"cuda:1"` – an NVIDIA GPU, by its number. Linux x64 only; needs CUDA 12, cuDNN 9 and a library that
   *   onnxruntime-node's install step downloads.
   * - `"webgpu"` – any GPU with a driver for Vulkan, Direct3D 12 or Metal. Its calls take turns in a process.
   * - `"auto"` – CUDA, else WebGPU, else the CPU; a process warning says once why it is not the first. A model in int8
   *   goes to the CPU.
   *
   * GPUs run checkpoints in padded batches: raise {@link PredictOptions.maxBatchTokens} to make use of them.
   *
   * @default "cpu"
   */
  device?: Device | "auto";

  /**
   * In which precision the model computes.
   *
   * - `"fp32"` – the scores of sentence-transformers. Checkpoints in half precision are widened when they are loaded.
   * - `"fp16"` – linear layers in half precision, all else in float32; for checkpoints on GPUs only.
   * - `"int8"` – weights and activations of the linear layers in int8: about twice as fast on a processor with VNNI, at
   *   nearly the same ranking (README has the figures). The weights are converted on first use and kept in a cache folder, which the
   *   environment variable `CROSSRANK_CACHE` can name.
   * - `"auto"` – what the folder's weights are for: int8 for one that `crossrank convert --dtype int8` made, fp32, and
   *   with it sentence-transformers' scores, for all others.
   *
   * Where an ONNX file is run, it says which: one whose name tells that precision and, for int8, this processor; with
   * `"auto"` the most precise. Beside an {@link FromPretrainedOptions.onnxFile} whose name tells another precision it is
   * refused.
   *
   * @default "auto"
   */
  dtype?: "fp32" | "fp16" | "int8" | "auto";

  /**
   * An ONNX file of the model's to run, instead of its checkpoint: its path in the folder (`"onnx/model_O3.onnx"`), its
   * name (`"model_O3"`), or what the name has after `model_` (`"O3"`, `"q4"`, `"qint8_arm64"`).
   *
   * It must take `input_ids` and what else of `attention_mask`, `token_type_ids` and `position_ids` the model needs,
   * int64 [batch, sequence], and give logits, [batch, labels]; weights in files beside it are found by their names. It
   * runs in padded batches.
   *
   * @default the checkpoint, where there is one and crossrank builds the graph of its architecture; else the ONNX file
   * that goes with `dtype` and the processor, from `onnx/` or the folder's root
   */
  onnxFile?: string;

  /**
   * Threads that compute in each worker, at most 1024. More than there are cores, over all workers, is slower.
   *
   * @default the cores that the process may use, divided by `workers` and rounded down, at least 1. Of a container's CPU
   * quota the whole cores count.
   */
  threads?: number;

  /**
   * Worker threads, each with the model, at most 1024: for more pairs a second on machines with many cores.
   *
   * A call with many pairs is spread over all workers; a small call goes to the one that has least to do, and is no
   * faster than with one worker of as many `threads`. Scores do not depend on it.
   *
   * Each worker takes memory of its own: ONNX Runtime's copy of the weights in the order its matrix product reads, and
   * what a micro-batch needs. Only the pages of the model's files are shared.
   *
   * @default 1
   */
  workers?: number;

  /**
   * Most tokens of a pair, special tokens included; longer pairs are truncated, the longer text first.
   *
   * At most the model's positions. A `max_length` under `processing_kwargs` in the model's own
   * `sentence_bert_config.json` wins over it, as in sentence-transformers.
   *
   * @default the model's own, see {@link CrossEncoder.maxLength}
   */
  maxLength?: number;

  /**
   * What turns logits into scores, instead of what the model was saved with.
   *
   * @default the model's own; without one, `"sigmoid"` for one label and `"identity"` for several
   */
  activationFn?: ActivationFn;

  /**
   * Texts to put in front of queries, by name; merged over the model's own.
   *
   * @default {}
   */
  prompts?: Readonly<Record<string, string>>;

  /** Name of the prompt for calls that name none. @default the model's own */
  defaultPromptName?: string;

  /** Ends the download, and waiting for the model; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@link CrossEncoder.predict}. */
export interface PredictOptions {
  /**
   * Most pairs that the model sees at once. {@link PredictOptions.maxBatchTokens} is the tighter limit for all but the
   * shortest pairs.
   *
   * @default 32
   */
  batchSize?: number;

  /**
   * Most tokens that the model sees at once, as `pairs × longest pair`. A longer pair runs alone.
   *
   * Between two such micro-batches other calls get their turn and an aborted call stops.
   *
   * @default 512
   */
  maxBatchTokens?: number;

  /**
   * What becomes of a document that does not fit into {@link CrossEncoder.maxLength} beside its query.
   *
   * - `"truncate"` – as in sentence-transformers: the longer of the two texts is cut at its end. What was cut is not seen.
   * - `"maxPassage"` – the document is split into passages of whole sentences, the last of which the next passage has
   *   too; each is scored with the query, and the document gets the highest of these scores. A sentence longer than a
   *   passage is cut between words. The query is only cut if it takes more than half of the room. For models of one
   *   label.
   *
   * **Note:** every passage carries the query again, so `"maxPassage"` costs as much as scoring the whole document, and
   * more the shorter the passages are.
   *
   * @default "truncate"
   */
  longDocuments?: "truncate" | "maxPassage";

  /** What turns logits into scores, in this call only. @default the encoder's */
  activationFn?: ActivationFn;

  /**
   * Softmax over the labels of each pair, after the activation. No effect on a model of one label.
   *
   * @default false
   */
  applySoftmax?: boolean;

  /** Text to put in front of every query, as it is; `""` switches a default prompt off. Wins over `promptName`. */
  prompt?: string;

  /** Name of a prompt of the encoder's. @default the encoder's `defaultPromptName` */
  promptName?: string;

  /** Called after each micro-batch. What it throws rejects the call. */
  onProgress?: (progress: Progress) => void;

  /** Called once, when all pairs are tokenized and none is scored yet. What it throws rejects the call. */
  onTokenized?: (counts: TokenCounts) => void;

  /** Stops the call between two micro-batches; the promise rejects with the signal's reason at once. */
  signal?: AbortSignal;
}

/** Options of {@link CrossEncoder.rank}. */
export interface RankOptions extends PredictOptions {
  /**
   * How many of the best documents to return; 0 for none.
   *
   * @default all
   */
  topK?: number;

  /** Return each document's text with its score. @default false */
  returnDocuments?: boolean;
}

/** Options of {@link CrossEncoder.tokenize}. */
export type TokenizeOptions = Pick<PredictOptions, "prompt" | "promptName" | "signal">;
