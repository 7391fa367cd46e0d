import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GraphBuilder } from "../../src/onnx/index.js";

/** How a {@link writeClassifier} graph differs from an ordinary one. */
export interface ClassifierOptions {
  /** Its inputs beside `input_ids`. @default ["attention_mask"] */
  inputs?: readonly string[];
  /** Name of the output. @default "logits" */
  output?: string;
  /** Element type of the output. @default "float32" */
  type?: "float32" | "float16";
  /** Shape of the output: one label may be left out. @default ["batch", 1] */
  shape?: readonly ["batch"] | readonly ["batch", 1];
  /** Gives hidden states, [batch, sequence, 1]. @default "none" */
  hiddenStates?: "none" | "too" | "only";
  /** Keeps its one weight in this file beside it. */
  dataName?: string;
}

/**
 * Writes a `.onnx` file that scores a pair by the sum of all its inputs times `classifierFactor`, padding left out: for
 * the attention mask that is the number of tokens.
 */
export async function writeClassifier(folder: string, name: string, options: ClassifierOptions = {}): Promise<void> {
  const { inputs = ["attention_mask"], output = "logits", type = "float32", shape = ["batch", 1] } = options;
  const { hiddenStates = "none", dataName } = options;
  const graph = new GraphBuilder("classifier");
  const tensors = ["input_ids", ...inputs].map((input) => graph.input(input, "int64", ["batch", "sequence"]));
  const [ids, ...others] = tensors.map((tensor) => graph.castToFloat32(tensor));
  if (ids === undefined) throw new RangeError("a graph needs inputs");
  const sum = others.reduce((total, other) => graph.op("Add", [total, other]), ids);
  const mask = others[inputs.indexOf("attention_mask")];
  const masked = mask === undefined ? sum : graph.op("Mul", [sum, mask]);
  const factorBytes = Float32Array.of(classifierFactor);
  const factor =
    dataName === undefined
      ? graph.constant("factor", factorBytes, [1])
      : graph.weight("factor", [1], { fileName: dataName, byteOffset: 0, type: "float32" });
  const states = graph.op("Mul", [masked, factor]);
  if (hiddenStates !== "none") {
    const axis = graph.constant("last_axis", BigInt64Array.of(2n), [1]);
    graph.output("last_hidden_state", graph.op("Unsqueeze", [states, axis]), "float32", ["batch", "sequence", 1]);
  }
  if (hiddenStates !== "only") {
    const axis = graph.constant("sequence_axis", BigInt64Array.of(1n), [1]);
    const logits = graph.op("ReduceSum", [states, axis], { keepdims: BigInt(shape.length - 1) });
    graph.output(output, type === "float32" ? logits : graph.cast(logits, type), type, shape);
  }
  await writeFile(join(folder, name), graph.encode());
  if (dataName !== undefined) await writeFile(join(folder, dataName), factorBytes);
}

/** A power of two, so that half precision holds the logits exactly. */
export const classifierFactor = 1 / 64;
