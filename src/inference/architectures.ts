import { UnsupportedModelError } from "../errors/index.js";
import { describeModernBert, type ConfigSource, type GraphPrecision } from "../modernbert/index.js";
import type { GraphBuilder, LocateWeight, QuantizedTensor, StandardWeights } from "../onnx/index.js";
import type { StreamShape } from "../planning/index.js";
import type { ArchitectureName } from "./architecture-names.js";

/** What an architecture's folder provides, so that checkpoints of it can be run. */
export interface Architecture {
  /** Every tensor a checkpoint must hold, with its shape. */
  weightShapes: ReadonlyMap<string, readonly number[]>;
  /** Most tokens of a pair that the position table allows. */
  maxPositions: number;
  vocabularySize: number;
  streamShape: StreamShape;
  /** What a graph in int8 reads in place of float tensors of the checkpoint. */
  int8Tensors(): QuantizedTensor[];
  /** @param options.maxLength - Most tokens that a pair will have: no more positions are needed. */
  buildGraph(locate: LocateWeight, options: { maxLength: number; precision: GraphPrecision }): GraphBuilder;
  /** For other runtimes: inputs `input_ids` and `attention_mask`, [batch, sequence]; `logits` out, [batch, labels]. */
  buildStandardGraph(weights: StandardWeights): GraphBuilder;
}

type DescribeArchitecture = (config: unknown, source: ConfigSource) => Architecture;

/** By the class name that `architectures` of `config.json` holds. A new architecture is a line here and a folder. */
const architectures = new Map<ArchitectureName, DescribeArchitecture>([
  ["ModernBertForSequenceClassification", describeModernBert],
]);

/** @throws {UnsupportedModelError} If there is no such architecture here. */
export function describeArchitecture(name: string, config: unknown, source: ConfigSource): Architecture {
  const describe = architectures.get(name as ArchitectureName);
  if (describe !== undefined) return describe(config, source);
  const supported = [...architectures.keys()];
  throw new UnsupportedModelError(
    `${source.path}: architectures must be ${supported.join(" or ")}, got ${name}. crossrank cannot build its graph; ` +
      `such a model runs only where its folder has an ONNX file (onnx/model.onnx).`,
    { field: "architectures", value: name, supported },
  );
}
