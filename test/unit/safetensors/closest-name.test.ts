import { expect, test } from "vitest";

import { closestName } from "../../../src/safetensors/closest-name.js";

test.each([
  ["a dropped prefix", "model.layers.1.Wo", ["layers.0.Wo", "layers.1.Wo", "layers.1.Wi"], "layers.1.Wo"],
  ["a typing error", "classifier", ["head", "clasifier", "classify"], "clasifier"],
  ["an added letter", "norm", ["norms", "form"], "norms"],
  ["the first of equally close ones", "norm", ["form", "worm"], "form"],
  ["the name itself", "a", ["b", "a"], "a"],
])("finds %s", (_, name, candidates, closest) => {
  expect(closestName(name, candidates)).toBe(closest);
});

test.each([
  ["there is no candidate", "norm", []],
  ["all take more edits than half of the name", "norm", ["gate", "embeddings"]],
  ["a candidate is absurdly long", "norm", ["norm".repeat(1e6)]],
])("finds none if %s", (_, name, candidates) => {
  expect(closestName(name, candidates)).toBeUndefined();
});
