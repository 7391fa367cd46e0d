import { InvalidModelFileError, ShapeMismatchError, TensorNotFoundError } from "../errors/index.js";
import type { Checkpoint, TensorEntry } from "./checkpoint.js";
import type { Dtype } from "./dtype.js";
import { closestName } from "./closest-name.js";
import { listNames, quote, showShape } from "./message-text.js";
import { requireDtype, requireWeightDtype } from "./weight-dtype.js";

/** How many names a hint is searched in: a model has hundreds, a hostile file can have a million. */
const maxHintCandidates = 1000;

const checkConfig = "Check that config.json and the weights are of the same model.";

/**
 * Checks that a checkpoint holds the expected tensors and no others, as floats that weights are read from unless said
 * otherwise.
 *
 * A renamed tensor is both missing and unexpected, so these are reported together.
 *
 * @param expected - Shape of each tensor, by name.
 * @param dtypes - Of the tensors that must be of another type, by name.
 * @throws {TensorNotFoundError} If a tensor is missing.
 * @throws {InvalidModelFileError} If none is missing but there are unexpected ones.
 * @throws {ShapeMismatchError} If a tensor has another shape.
 * @throws {UnsupportedModelError} If a tensor is neither F32, F16 nor BF16, or not of the type it must have.
 */
export function checkTensors(
  expected: ReadonlyMap<string, readonly number[]>,
  checkpoint: Checkpoint,
  dtypes: ReadonlyMap<string, Dtype> = new Map(),
): void {
  checkNames(expected, checkpoint);
  for (const tensor of checkpoint.tensors.values()) {
    checkShape(tensor, expected.get(tensor.name) ?? []);
    const dtype = dtypes.get(tensor.name);
    if (dtype === undefined) requireWeightDtype(tensor);
    else requireDtype(tensor, dtype);
  }
}

function checkNames(expected: ReadonlyMap<string, unknown>, { path, tensors }: Checkpoint): void {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name));
  const details = { path, missing, unexpected };
  const surplus = `${unexpected.length} that the config does not call for: ${listNames(unexpected)}`;
  const requirement = `${path} must hold the ${expected.size} tensors that the config calls for`;
  if (missing.length > 0) {
    const lack = `lacks ${missing.length}: ${listNames(missing, (name) => showWithHint(name, unexpected))}`;
    const found = unexpected.length === 0 ? lack : `${lack}; holds ${surplus}`;
    throw new TensorNotFoundError(`${requirement}, ${found}. ${checkConfig}`, details);
  }
  if (unexpected.length > 0) {
    throw new InvalidModelFileError(`${requirement} and no others, holds ${surplus}. ${checkConfig}`, details);
  }
}

/** The name, and the unexpected one that it may have become. Expected ones are where they belong, however close. */
function showWithHint(name: string, unexpected: readonly string[]): string {
  const closest = closestName(name, unexpected.slice(0, maxHintCandidates));
  return closest === undefined ? quote(name) : `${quote(name)} (closest is ${quote(closest)})`;
}

function checkShape({ name, path, shape }: TensorEntry, expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((size, axis) => size === expected[axis])) return;
  throw new ShapeMismatchError(
    `Tensor ${quote(name)} must have shape ${showShape(expected)}, got ${showShape(shape)}. ${checkConfig}`,
    { path, tensor: name, expected, actual: shape },
  );
}
