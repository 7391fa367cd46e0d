import { UnsupportedModelError } from "../errors/index.js";

/** An activation by name: what turns logits into scores. */
export type ActivationName = "sigmoid" | "identity" | "tanh" | "softmax";

const torchNames = new Map<string, ActivationName>([
  ["Sigmoid", "sigmoid"],
  ["Identity", "identity"],
  ["Tanh", "tanh"],
  ["Softmax", "softmax"],
]);

/** A dotted class path as configs name an activation, and the file and key that say so. */
export interface ActivationSource {
  /** Absent and `null` mean that this source does not decide. */
  classPath: string | null | undefined;
  origin: string;
}

/**
 * Decides the activation that a model was saved with: the first source that names one of torch's.
 *
 * A class from outside `torch.` would be code of the repository's own; as in sentence-transformers it is not run, a
 * warning tells so, and the next source decides. Without any, one label means sigmoid, several mean identity.
 *
 * @param sources - Highest precedence first.
 * @throws {UnsupportedModelError} If the deciding source names an activation of torch's that crossrank does not have.
 */
export function resolveActivation(sources: readonly ActivationSource[], labelCount: number): ActivationName {
  for (const { classPath, origin } of sources) {
    if (classPath === null || classPath === undefined) continue;
    if (classPath.startsWith("torch.")) return torchActivation(classPath, origin);
    warnOfOwnCode(classPath, origin, "Pass activationFn to set it.");
  }
  return labelCount === 1 ? "sigmoid" : "identity";
}

/** Tells that a class which a file names is not made. @param remedy - What happens instead, or what to do. */
export function warnOfOwnCode(classPath: string, origin: string, remedy: string): void {
  process.emitWarning(`${origin} names "${classPath}", code of its own that is not run. ${remedy}`, {
    type: "CrossrankWarning",
  });
}

function torchActivation(classPath: string, origin: string): ActivationName {
  const name = torchNames.get(classPath.split(".").at(-1) ?? "");
  if (name !== undefined) return name;
  const supported = [...torchNames.keys()];
  throw new UnsupportedModelError(
    `${origin} must be one of torch's ${supported.join(", ")}, got "${classPath}". Pass activationFn to use your own.`,
    { field: origin, value: classPath, supported },
  );
}
