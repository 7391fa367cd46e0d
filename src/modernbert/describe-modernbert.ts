import type { GraphBuilder, LocateWeight, QuantizedTensor, StandardWeights } from "../onnx/index.js";
import type { Pooling } from "../head/index.js";
import { buildModernBertGraph, modernBertInt8Tensors, type GraphPrecision } from "./build-graph.js";
import { buildStandardModernBertGraph } from "./build-standard-graph.js";
import { modernBertHead } from "./modernbert-head.js";
import { parseModernBertConfig, type ConfigSource } from "./modernbert-config.js";
import { modernBertWeightShapes, type WeightShapes } from "./weight-shapes.js";

/** A ModernBERT encoder with its head, ready to be built from a checkpoint. */
export interface ModernBert {
  weightShapes: WeightShapes;
  /** Rows of the position table: most tokens of a pair. */
  maxPositions: number;
  vocabularySize: number;
  /** How the graph's inputs are planned. */
  streamShape: { pooling: Pooling; windowRadius: number | undefined };
  /** What a graph in int8 reads in place of float tensors of the checkpoint. */
  int8Tensors(): QuantizedTensor[];
  /**
   * @param options.precision - fp32 by default.
   * @param options.maxLength - Most tokens that a pair will have, if that is less than {@link ModernBert.maxPositions}: the
   * graph holds a row of its position tables for each.
   */
  buildGraph(locate: LocateWeight, options?: { maxLength?: number; precision?: GraphPrecision }): GraphBuilder;
  /** The graph as exporters write it, for other runtimes. */
  buildStandardGraph(weights: StandardWeights): GraphBuilder;
}

/**
 * Reads a ModernBERT `config.json` and says what a checkpoint of it must hold and how it runs.
 *
 * @throws {InvalidModelFileError | UnsupportedModelError} See {@link parseModernBertConfig}.
 */
export function describeModernBert(json: unknown, source: ConfigSource): ModernBert {
  const config = parseModernBertConfig(json, source);
  return {
    weightShapes: modernBertWeightShapes(config),
    maxPositions: config.maxPositions,
    vocabularySize: config.vocabularySize,
    streamShape: {
      pooling: modernBertHead(config).pooling,
      windowRadius: config.layerKinds.includes("local") ? config.localRadius : undefined,
    },
    int8Tensors: () => modernBertInt8Tensors(config),
    buildGraph: (locate, { maxLength = config.maxPositions, precision } = {}) =>
      buildModernBertGraph({ ...config, maxPositions: Math.min(maxLength, config.maxPositions) }, locate, precision),
    buildStandardGraph: (weights) => buildStandardModernBertGraph(config, weights),
  };
}
