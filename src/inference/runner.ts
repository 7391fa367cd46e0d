import type { TokenizedPair } from "../tokenization/index.js";
import type { MappedPrecision } from "../onnx/index.js";
import type { Device } from "./devices.js";
import type { LoadedModel } from "./protocol.js";

/** A model that gives logits for tokenized pairs: over a token stream, or in padded batches. */
export interface Runner {
  /** What is run. */
  info: Omit<LoadedModel, "device" | "fallback">;
  /**
   * Runs one micro-batch.
   *
   * @returns Logits, shape [pairs, labels].
   */
  run(pairs: readonly TokenizedPair[]): Promise<Float32Array>;
}

/** A model whose files are checked; which device it will run on need not be known yet. */
export interface PreparedModel {
  /** Rows of the embedding table; `undefined` if no file but the graph tells. */
  vocabularySize: number | undefined;
  /** Rows of the table of token types, where that is known. */
  tokenTypeCount?: number | undefined;
  /** What it multiplies in on a GPU; `undefined` for a model that runs on the CPU only. */
  gpuPrecision: MappedPrecision | undefined;
  /** Opens a session. */
  open(device: Device): Promise<Runner>;
}
