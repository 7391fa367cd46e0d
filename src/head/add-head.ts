/**
 * A head's steps as ONNX nodes, in any layout: how a layout multiplies and normalizes is asked of {@link HeadLayers}.
 *
 * Axes: documents, hidden; [documents, hidden] in, [documents, labels] out.
 *
 * Reference: sentence-transformers v5.4, base/modules/dense.py and sentence_transformer/modules/layer_norm.py
 */
import type { GraphBuilder, Value } from "../onnx/index.js";
import type { DenseStep, Head, HeadActivation } from "./head.js";

/** How a graph computes the layers of a head. */
export interface HeadLayers {
  graph: GraphBuilder;
  /** The linear layer of this name, with its bias if it has one. */
  linear(states: Value, name: string): Value;
  /** The layer norm of this name. */
  norm(states: Value, name: string, epsilon: number): Value;
  /** x × Φ(x); not an operator in every operator set. */
  gelu(states: Value): Value;
}

/** Adds the steps of a head to a graph. @returns What the last of them gives. */
export function addHead(layers: HeadLayers, { steps }: Head, pooled: Value): Value {
  return steps.reduce(
    (states, step) =>
      step.kind === "norm" ? layers.norm(states, step.name, step.epsilon) : addDense(layers, step, states),
    pooled,
  );
}

function addDense(layers: HeadLayers, { name, activation, residual }: DenseStep, states: Value): Value {
  const activated = activate(layers, activation, layers.linear(states, name));
  if (residual === undefined) return activated;
  const addend = residual.kind === "input" ? states : layers.linear(states, residual.name);
  return layers.graph.op("Add", [activated, addend]);
}

/** The defaults of ONNX's operators are those of torch's classes, save the slopes and constants that are written here. */
function activate(layers: HeadLayers, activation: HeadActivation, states: Value): Value {
  const { graph } = layers;
  switch (activation) {
    case "identity":
      return states;
    case "gelu":
      return layers.gelu(states);
    case "tanh":
      return graph.op("Tanh", [states]);
    case "relu":
      return graph.op("Relu", [states]);
    case "silu":
      return graph.op("Mul", [states, graph.op("Sigmoid", [states])]);
    case "sigmoid":
      return graph.op("Sigmoid", [states]);
    case "leaky_relu":
      return graph.op("LeakyRelu", [states], { alpha: 0.01 });
    case "elu":
      return graph.op("Elu", [states], { alpha: 1 });
    case "selu":
      return graph.op("Selu", [states]);
    case "softplus":
      return graph.op("Softplus", [states]);
    case "softsign":
      return graph.op("Softsign", [states]);
    case "mish":
      return graph.op("Mul", [states, graph.op("Tanh", [graph.op("Softplus", [states])])]);
  }
}
