import type { GraphBuilder, Value } from "./graph-builder.js";
import { floatWeight, Float32Layers, type LocateWeight } from "./linear-layers.js";
import type { StandardWeights, WeightMatrix } from "./standard-weights.js";

/** What linear layers multiply in: everything else is float32 in both. */
export type MappedPrecision = "fp32" | "fp16";

/**
 * Weights of a graph in the standard layout that stay where they lie in the checkpoint: for a graph that is run at
 * once, on a GPU.
 *
 * Turning a matrix round and converting it are nodes that ONNX Runtime computes once, when it loads the graph. With
 * `"fp16"` a product takes states and weights in half precision and gives float32, so that norms, residuals and softmax
 * lose nothing, and no state of a layer can overflow where it is summed up.
 */
export class MappedWeights implements StandardWeights {
  readonly #locate: LocateWeight;
  readonly #precision: MappedPrecision;

  constructor(locate: LocateWeight, precision: MappedPrecision) {
    this.#locate = locate;
    this.#precision = precision;
  }

  vector(graph: GraphBuilder, name: string, size: number): Value {
    return floatWeight(graph, this.#locate, { name, shape: [size] });
  }

  lookUp(graph: GraphBuilder, table: WeightMatrix, ids: Value): Value {
    return new Float32Layers(graph, this.#locate).lookUp(table, ids);
  }

  multiply(graph: GraphBuilder, states: Value, { name, shape }: WeightMatrix): Value {
    const transposed = (weight: Value) => graph.op("Transpose", [weight], { perm: [1n, 0n] });
    if (this.#precision === "fp32") {
      return graph.op("MatMul", [states, transposed(floatWeight(graph, this.#locate, { name, shape }))]);
    }
    const location = this.#locate(name);
    const stored = graph.weight(name, shape, location);
    const weight = location.type === "float16" ? stored : graph.cast(stored, "float16");
    const product = graph.op("MatMul", [graph.cast(states, "float16"), transposed(weight)]);
    return graph.castToFloat32(product);
  }
}
