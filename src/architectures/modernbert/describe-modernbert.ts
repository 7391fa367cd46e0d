import type { Architecture, ConfigSource } from "../shared/index.js";
import { buildModernBertGraph, modernBertInt8Tensors } from "./build-graph.js";
import { buildStandardModernBertGraph } from "./build-standard-graph.js";
import { modernBertHead } from "./modernbert-head.js";
import { parseModernBertConfig } from "./modernbert-config.js";
import { modernBertWeightShapes } from "./weight-shapes.js";

/**
 * Reads a ModernBERT `config.json` and says what a checkpoint of it must hold and how it runs.
 *
 * @throws {InvalidModelFileError | UnsupportedModelError} See {@link parseModernBertConfig}.
 */
export function describeModernBert(json: unknown, source: ConfigSource): Architecture {
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
