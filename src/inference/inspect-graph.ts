/** Whether a graph is a sequence classifier over padded batches, told by its inputs and outputs. */
import { InvalidModelFileError, UnsupportedModelError } from "../errors/index.js";
import { logitsOutput } from "../onnx/index.js";
import { paddedInputs, type PaddedInput } from "../planning/index.js";
import type { GraphTensor, Session } from "./session.js";

/** How a padded graph is fed, and what is taken of it. */
export interface PaddedGraph {
  inputs: readonly PaddedInput[];
  /** The output that holds the logits. */
  output: string;
}

/** What the graph is checked against. */
export interface ExpectedGraph {
  /** The file, for errors. */
  path: string;
  /** Labels that `config.json` names. */
  labelCount: number;
}

/**
 * Finds out how to run a graph.
 *
 * Logits are the output of that name, or the only one of the shape [batch, labels]; [batch] too, for one label.
 *
 * @throws {UnsupportedModelError} If it takes other inputs, or gives no logits.
 * @throws {InvalidModelFileError} If it has another number of labels than `config.json`.
 */
export function inspectGraph(session: Pick<Session, "inputs" | "outputs">, expected: ExpectedGraph): PaddedGraph {
  const wrong = session.inputs.filter((input) => !isPaddedInput(input));
  const inputs = session.inputs.map(({ name }) => name as PaddedInput);
  if (wrong.length > 0 || !inputs.includes("input_ids")) throw otherInputs(wrong, session, expected);
  return { inputs, output: findLogits(session.outputs, expected).name };
}

function isPaddedInput({ name, type, shape }: GraphTensor): boolean {
  const isKnown = (paddedInputs as readonly string[]).includes(name);
  return isKnown && type === "int64" && shape.length === 2 && shape.every((length) => typeof length === "string");
}

function findLogits(outputs: readonly GraphTensor[], expected: ExpectedGraph): GraphTensor {
  const named = outputs.find(({ name }) => name === logitsOutput);
  if (named !== undefined && mayBeLogits(named)) {
    requireLabels(named, expected);
    return named;
  }
  const candidates = outputs.filter((output) => mayBeLogits(output) && hasLabels(output, expected.labelCount));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  throw noLogits(outputs, expected);
}

function mayBeLogits({ type, shape }: GraphTensor): boolean {
  return type?.startsWith("float") === true && (shape.length === 2 || shape.length === 1);
}

/** A length that is known only at run time may be right: it is checked then. */
function hasLabels({ shape }: GraphTensor, labelCount: number): boolean {
  const labels = shape.length === 1 ? 1 : shape[1];
  return typeof labels === "string" || labels === labelCount;
}

function requireLabels(logits: GraphTensor, { path, labelCount }: ExpectedGraph): void {
  if (hasLabels(logits, labelCount)) return;
  const actual = logits.shape.length === 1 ? 1 : logits.shape[1];
  throw new InvalidModelFileError(
    `${path} must give a logit for each of the ${labelCount} labels of config.json, but gives ${String(actual)}: ` +
      `${describe(logits)}. Check that the files belong together, and id2label or num_labels in config.json.`,
    { path, expected: labelCount, actual },
  );
}

function otherInputs(
  wrong: readonly GraphTensor[],
  { inputs }: Pick<Session, "inputs">,
  { path }: ExpectedGraph,
): Error {
  const found =
    wrong.length > 0 ? wrong.map(describe).join(", ") : `no input_ids, but ${inputs.map(describe).join(", ")}`;
  return new UnsupportedModelError(
    `${path}: inputs must be input_ids and, where the model has them, ${paddedInputs.slice(1).join(", ")}, each int64 ` +
      `[batch, sequence] of any lengths; got ${found}. Export the model for sequence classification, with dynamic axes.`,
    { field: "inputs", value: inputs.map(describe), supported: paddedInputs },
  );
}

function noLogits(outputs: readonly GraphTensor[], { path, labelCount }: ExpectedGraph): Error {
  return new UnsupportedModelError(
    `${path}: an output must be logits, floats [batch, ${labelCount}], got ${outputs.map(describe).join(", ")}. An ` +
      `embedding model gives hidden states, which score no pairs; use a reranker's ONNX file.`,
    { field: "outputs", value: outputs.map(describe), supported: [`${logitsOutput} [batch, ${labelCount}]`] },
  );
}

function describe({ name, type = "no tensor", shape }: GraphTensor): string {
  return `${name} (${type} [${shape.join(", ")}])`;
}
