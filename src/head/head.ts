/** Which token states stand for a pair: the mean or the largest over all its tokens, or its first token's. */
export type Pooling = "mean" | "cls" | "max";

/** What a dense layer does to each number it gives, before the input is added. */
export type HeadActivation =
  | "identity"
  | "gelu"
  | "tanh"
  | "relu"
  | "silu"
  | "sigmoid"
  | "leaky_relu"
  | "elu"
  | "selu"
  | "softplus"
  | "softsign"
  | "mish";

/** A linear layer and its activation: [documents, inputSize] to [documents, outputSize]. */
export interface DenseStep {
  kind: "dense";
  /** Its tensors are `NAME.weight`, [outputSize, inputSize], and `NAME.bias`. */
  name: string;
  inputSize: number;
  outputSize: number;
  hasBias: boolean;
  activation: HeadActivation;
  /** What is added to what the activation gives: the input, if that is as wide, or another layer's output for it. */
  residual?: { kind: "input" } | { kind: "projected"; name: string };
}

/** A layer norm over the last axis. */
export interface NormStep {
  kind: "norm";
  /** Its tensors are `NAME.weight` and `NAME.bias`, [size]. */
  name: string;
  size: number;
  hasBias: boolean;
  epsilon: number;
}

/** One step of a head. */
export type HeadStep = DenseStep | NormStep;

/** What makes logits of an encoder's token states: pooling, then steps one after another. */
export interface Head {
  pooling: Pooling;
  /** At least one; each takes what the one before it gives, the last gives the logits. */
  steps: readonly HeadStep[];
}

/** The tensors of a head, with their shapes, in the order of the steps. */
export function headWeightShapes({ steps }: Head): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const step of steps) {
    const outputSize = outputSizeOf(step);
    shapes.set(`${step.name}.weight`, step.kind === "dense" ? [outputSize, step.inputSize] : [outputSize]);
    if (step.hasBias) shapes.set(`${step.name}.bias`, [outputSize]);
    if (step.kind === "dense" && step.residual?.kind === "projected") {
      shapes.set(`${step.residual.name}.weight`, [outputSize, step.inputSize]);
    }
  }
  return shapes;
}

/** Numbers that a step takes for each document. */
export function inputSizeOf(step: HeadStep): number {
  return step.kind === "dense" ? step.inputSize : step.size;
}

/** Numbers that a step gives for each document. */
export function outputSizeOf(step: HeadStep): number {
  return step.kind === "dense" ? step.outputSize : step.size;
}
