import { positionsBefore } from "../../planning/index.js";
import type { Architecture, ConfigSource } from "../shared/index.js";
import { bertInt8Tensors, buildBertGraph } from "./build-graph.js";
import { buildStandardBertGraph } from "./build-standard-graph.js";
import type { BertFamily } from "./families.js";
import { bertWeightShapes, canonicalName } from "./weights.js";

/**
 * Gives what reads a `config.json` of a family and says what a checkpoint of it must hold and how it runs.
 *
 * What it gives throws {@link InvalidModelFileError} or {@link UnsupportedModelError}, see `parseBertConfig`.
 */
export function describeFamily(family: BertFamily): (json: unknown, source: ConfigSource) => Architecture {
  return (json, source) => {
    const config = family.parseConfig(json, source);
    const { paddingId, tokenTypeCount } = config;
    return {
      weightShapes: bertWeightShapes(family, config),
      canonicalName: (stored) => canonicalName(family, stored),
      maxPositions: config.positionRows - (paddingId === undefined ? 0 : positionsBefore(paddingId)),
      vocabularySize: config.vocabularySize,
      ...(tokenTypeCount > 0 && { tokenTypeCount }),
      streamShape: {
        pooling: "cls",
        windowRadius: undefined,
        hasTokenTypes: tokenTypeCount > 1,
        ...(paddingId !== undefined && { paddingId }),
      },
      int8Tensors: () => bertInt8Tensors(family, config),
      buildGraph: (locate, { precision } = {}) => buildBertGraph(family, config, locate, precision),
      buildStandardGraph: (weights) => buildStandardBertGraph(family, config, weights),
    };
  };
}
