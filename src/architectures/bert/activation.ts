import { requireSupported } from "../shared/index.js";

/** A function between two linear layers; `geluTanh` is GELU's approximation by tanh. */
export type Activation = "gelu" | "geluTanh" | "relu" | "tanh";

/** By the names that configs use: those of transformers' `ACT2FN`, activations.py. */
const activations: ReadonlyMap<string, Activation> = new Map([
  ["gelu", "gelu"],
  ["gelu_new", "geluTanh"],
  ["gelu_fast", "geluTanh"],
  ["gelu_pytorch_tanh", "geluTanh"],
  ["relu", "relu"],
] as const);

/** @throws {UnsupportedModelError} If the config's `field` names another one. */
export function parseActivation(field: string, name: string): Activation {
  requireSupported(field, name, [...activations.keys()]);
  return activations.get(name) as Activation;
}
