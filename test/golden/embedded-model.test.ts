/** The embedded model against the reference's numbers on the fp32 weights it was made from. */
import { CrossEncoder } from "crossrank";
import { expect, test } from "vitest";
import golden from "../fixtures/nano-golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { tolerances } from "./tolerances.js";

const pairs = golden.pairs as [string, string][];

test("the embedded model sees the reference's ids", async () => {
  await using model = await CrossEncoder.fromPretrained();
  const tokenized = await model.tokenize(pairs);
  expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.input_ids);
});

test("the embedded model's logits differ from the reference's by no more than half precision explains", async () => {
  await using model = await CrossEncoder.fromPretrained();
  const logits = await model.predict(pairs, { activationFn: "identity" });
  assertClose(logits, golden.logits.flat(), tolerances.embeddedHalfLogits);
  assertClose(await model.predict(pairs), golden.scores.flat(), tolerances.embeddedHalfLogits / 4);
});
