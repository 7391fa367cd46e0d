import { CrossEncoder } from "crossrank";
import { test } from "vitest";
import { assertClose } from "../helpers/assert-close.js";

test("a micro-batch may have more tokens than a pair has positions, and a pair scores as it does alone", async () => {
  await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 16 });
  const pairs = Array.from({ length: 50 }, (_, index) => ["query", `document ${index} of many words`]);
  const alone = await model.predict(pairs, { batchSize: 1 });
  const together = await model.predict(pairs, { batchSize: 50, maxBatchTokens: 50 * 16 });
  assertClose(together, alone, 1e-5);
});
