import { expect, test } from "vitest";

import { architectureNames, isBuildable } from "../../../src/inference/architecture-names.js";
import { describeArchitecture } from "../../../src/inference/architectures.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const source = { path: "/model/config.json", labelCount: 3 };

test("describes ModernBERT", () => {
  const { weightShapes } = describeArchitecture(
    "ModernBertForSequenceClassification",
    { num_hidden_layers: 1 },
    source,
  );
  expect(weightShapes.get("classifier.bias")).toEqual([3]);
});

test.each(architectureNames)("builds %s", (name) => {
  expect(isBuildable(name)).toBe(true);
  expect(describeArchitecture(name, {}, source).weightShapes.size).toBeGreaterThan(0);
});

test("does not build what it does not name", () => {
  expect(isBuildable("JinaBertForSequenceClassification")).toBe(false);
});

test.each(["BertForSequenceClassification", "ModernBertModel", "toString", ""])(
  "refuses %j, and says what there is",
  async (name) => {
    const error = await thrownBy(() => describeArchitecture(name, {}, source));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain(
      "/model/config.json: architectures must be ModernBertForSequenceClassification, got ",
    );
    expect(error.details).toEqual({
      field: "architectures",
      value: name,
      supported: ["ModernBertForSequenceClassification"],
    });
  },
);
