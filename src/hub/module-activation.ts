import { UnsupportedModelError } from "../errors/index.js";
import type { HeadActivation } from "../head/index.js";
import { warnOfOwnCode } from "./activation-name.js";

/** torch's classes, each as it is without arguments: that is how the reference makes them. */
const torchNames = new Map<string, HeadActivation>([
  ["Identity", "identity"],
  ["GELU", "gelu"],
  ["Tanh", "tanh"],
  ["ReLU", "relu"],
  ["SiLU", "silu"],
  ["Sigmoid", "sigmoid"],
  ["LeakyReLU", "leaky_relu"],
  ["ELU", "elu"],
  ["SELU", "selu"],
  ["Softplus", "softplus"],
  ["Softsign", "softsign"],
  ["Mish", "mish"],
]);

/**
 * Decides the activation of a Dense module.
 *
 * Without one it is tanh. So it is for a class from outside `torch.`, after a warning: as in sentence-transformers, code
 * of the repository's own is not run.
 *
 * @param origin - File and key that name it, for errors.
 * @throws {UnsupportedModelError} If it is one of torch's that crossrank does not have.
 */
export function headActivation(classPath: string | undefined, origin: string): HeadActivation {
  if (classPath === undefined) return "tanh";
  if (!classPath.startsWith("torch.")) {
    warnOfOwnCode(classPath, origin, "Tanh is used instead.");
    return "tanh";
  }
  const name = torchNames.get(classPath.split(".").at(-1) ?? "");
  if (name !== undefined) return name;
  const supported = [...torchNames.keys()];
  throw new UnsupportedModelError(
    `${origin} must be one of torch's ${supported.join(", ")}, got "${classPath}". crossrank does not compute others.`,
    { field: origin, value: classPath, supported },
  );
}
