import { expect, test } from "vitest";

import { classifierNames, isBuildable } from "../../../src/architectures/architecture-names.js";
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

test("describes ModernBERT's encoder with a head of modules, and refuses it without", async () => {
  const step = { kind: "dense", name: "2_Dense.linear", inputSize: 768, hasBias: false, activation: "tanh" } as const;
  const head = { pooling: "cls", steps: [{ ...step, outputSize: 1 }] } as const;
  const { weightShapes } = describeArchitecture("ModernBertModel", { num_hidden_layers: 1 }, { ...source, head });
  expect(weightShapes.get("2_Dense.linear.weight")).toEqual([1, 768]);
  const error = await thrownBy(() =>
    describeArchitecture("ModernBertForSequenceClassification", {}, { ...source, head }),
  );
  expect(error.message).toContain("architectures must be ModernBertModel, got ModernBertForSequenceClassification");
});

test.each(["DebertaV2ForSequenceClassification", "ModernBertModel", "toString", ""])(
  "refuses %j, and says what there is",
  async (name) => {
    const error = await thrownBy(() => describeArchitecture(name, {}, source));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    const supported = [
      "ModernBertForSequenceClassification",
      "BertForSequenceClassification",
      "RobertaForSequenceClassification",
      "XLMRobertaForSequenceClassification",
      "DistilBertForSequenceClassification",
      "ElectraForSequenceClassification",
    ];
    expect(error.message).toContain(`/model/config.json: architectures must be ${supported.join(" or ")}, got `);
    expect(error.details).toEqual({ field: "architectures", value: name, supported });
  },
);

test.each(classifierNames)("builds %s, and reads its config to do so", async (name) => {
  expect(isBuildable(name, { hasChain: false })).toBe(true);
  const { code, message } = await thrownBy(() =>
    describeArchitecture(name, { hidden_act: 1, hidden_activation: 1 }, source),
  );
  expect(code).toBe("INVALID_MODEL_FILE");
  expect(message).toMatch(/is not an? \w+ config/);
});

test("does not build what it does not name", () => {
  expect(isBuildable("JinaBertForSequenceClassification", { hasChain: false })).toBe(false);
  expect(isBuildable("ModernBertModel", { hasChain: false })).toBe(false);
  expect(isBuildable("ModernBertModel", { hasChain: true })).toBe(true);
});
