import { expect, test, vi } from "vitest";

import { resolveActivation, type ActivationSource } from "../../../src/hub/activation-name.js";
import { thrownBy } from "../../helpers/thrown-by.js";

function source(classPath: string | null | undefined, origin = "config.json: activation_fn"): ActivationSource {
  return { classPath, origin };
}

test.each([
  ["torch.nn.modules.activation.Sigmoid", "sigmoid"],
  ["torch.nn.modules.linear.Identity", "identity"],
  ["torch.nn.modules.activation.Tanh", "tanh"],
  ["torch.nn.modules.activation.Softmax", "softmax"],
  ["torch.nn.Sigmoid", "sigmoid"],
  ["torch.nn.Identity", "identity"],
])("%s is %s, whatever the number of labels", (classPath, name) => {
  expect(resolveActivation([source(classPath)], 1)).toBe(name);
  expect(resolveActivation([source(classPath)], 3)).toBe(name);
});

test("the first source that decides wins", () => {
  const sources = [source(undefined), source(null), source("torch.nn.Tanh"), source("torch.nn.Sigmoid")];
  expect(resolveActivation(sources, 1)).toBe("tanh");
});

test.each([
  [1, "sigmoid"],
  [2, "identity"],
  [3, "identity"],
])("a model of %i labels has %s if no source decides", (labelCount, name) => {
  expect(resolveActivation([], labelCount)).toBe(name);
  expect(resolveActivation([source(null), source(undefined)], labelCount)).toBe(name);
});

test.each(["my_module.activations.Sigmoid", "torchx.nn.Sigmoid", "torch", ""])(
  "warns that %j is not run, and asks the next source",
  (classPath) => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    expect(resolveActivation([source(classPath, "config.json: key"), source("torch.nn.Tanh")], 1)).toBe("tanh");
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(new RegExp(`^config\\.json: key names "${classPath}", .*Pass activationFn`)),
      { type: "CrossrankWarning" },
    );
  },
);

test("an untrusted class with no other source leaves the default", () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  expect(resolveActivation([source("my_module.Tanh")], 1)).toBe("sigmoid");
});

test("a source after the one that decides is not warned of", () => {
  const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  expect(resolveActivation([source("torch.nn.Tanh"), source("my_module.Tanh")], 1)).toBe("tanh");
  expect(emitWarning).not.toHaveBeenCalled();
});

test.each(["torch.nn.modules.activation.ReLU", "torch.nn.sigmoid", "torch."])(
  "refuses %j, which torch may have and crossrank has not",
  async (classPath) => {
    const error = await thrownBy(() => resolveActivation([source(classPath, "config.json: key")], 1));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("config.json: key must be one of torch's Sigmoid, Identity, Tanh, Softmax");
    expect(error.message).toContain(`got "${classPath}"`);
    expect(error.details).toEqual({
      field: "config.json: key",
      value: classPath,
      supported: ["Sigmoid", "Identity", "Tanh", "Softmax"],
    });
  },
);
