import { expect, test } from "vitest";
import { collectScores, removeSubmission, startBulkWorker, submitPairs } from "../../../src/bulk/index.js";

const options = { queue: "a:b" };

test.each<[string, () => Promise<unknown>]>([
  ["submitPairs", () => submitPairs("pairs.jsonl", options)],
  ["startBulkWorker", () => startBulkWorker(options)],
  ["collectScores", () => collectScores("id", "scores.jsonl", options)],
  ["removeSubmission", () => removeSubmission("id", options)],
])("%s() says that its options are wrong, before it connects", async (name, call) => {
  await expect(call()).rejects.toThrow(`Options of ${name}() must be valid. queue: expected a name without colons.`);
});
