import { expect, test } from "vitest";

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
