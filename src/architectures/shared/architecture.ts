import type { GraphBuilder, LocateWeight, QuantizedTensor, StandardWeights } from "../../onnx/index.js";
import type { Head } from "../../head/index.js";
import type { StreamShape } from "../../planning/index.js";

/** Tensor names of a checkpoint and the shapes they must have. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/** What is known of a config beside its architecture's own fields. */
export interface ConfigSource {
  /** The file, for errors. */
  path: string;
  labelCount: number;
  /** The head that a chain of modules has: `config.json` is then only its encoder's. */
  head?: Head | undefined;
}

/** In which precision the linear layers and the table of words are; norms, attention and head are float32 always. */
export type GraphPrecision = { dtype: "fp32" } | { dtype: "int8"; hasUnsignedWeights: boolean };

/** A sequence classifier, ready to be built from a checkpoint: what an architecture's folder provides. */
export interface Architecture {
  /** Every tensor a checkpoint must hold, with its shape. */
  weightShapes: WeightShapes;
  /**
   * The name in {@link Architecture.weightShapes} of a tensor that a checkpoint may hold under another one, or
   * `undefined` for a tensor that the model has no use for. Absent if checkpoints have these names and no others.
   */
  canonicalName?: (stored: string) => string | undefined;
  /** Most tokens of a pair that the position table allows. */
  maxPositions: number;
  vocabularySize: number;
  /** How many token types there are, if the model tells a pair's texts apart by them. */
  tokenTypeCount?: number;
  /** How the graph's inputs are planned. */
  streamShape: StreamShape;
  /** What a graph in int8 reads in place of float tensors of the checkpoint. */
  int8Tensors(): QuantizedTensor[];
  /**
   * The graph that crossrank runs, over a token stream.
   *
   * @param options.precision - fp32 by default.
   * @param options.maxLength - Most tokens that a pair will have, if that is less than {@link Architecture.maxPositions}:
   * no more positions are needed.
   */
  buildGraph(locate: LocateWeight, options?: { maxLength?: number; precision?: GraphPrecision }): GraphBuilder;
  /**
   * The graph as exporters write it, for other runtimes: `input_ids`, `attention_mask` and, if there are several token
   * types, `token_type_ids` in, [batch, sequence]; `logits` out, [batch, labels].
   */
  buildStandardGraph(weights: StandardWeights): GraphBuilder;
}
