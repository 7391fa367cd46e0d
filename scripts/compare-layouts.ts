/**
 * Compares a model's logits as crossrank computes them with those of its ONNX file in the standard layout, both in fp32,
 * on pairs of many lengths.
 *
 * Usage: npx tsx scripts/compare-layouts.ts MODEL_FOLDER (after npm run build)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { convertToStandardLayout } from "../src/conversion/index.js";
import { scorePadded } from "../test/helpers/score-padded.js";

const query = "how do you find the mass of an object?";
const sentence = "To find an object's mass, divide its weight by the acceleration of gravity. ";
const pairs = [0, 1, 2, 5, 20, 100].map((count): [string, string] => [query, sentence.repeat(count)]);

const [model] = process.argv.slice(2);
if (model === undefined) throw new Error("Usage: npx tsx scripts/compare-layouts.ts MODEL_FOLDER");

const folder = await mkdtemp(join(tmpdir(), "crossrank-layouts-"));
try {
  await using encoder = await CrossEncoder.fromPretrained(model, { activationFn: "identity" });
  const scores: Iterable<number | Float32Array> = await encoder.predict<number | Float32Array>(pairs);
  const logits = Array.from(scores, (row) => (typeof row === "number" ? [row] : [...row]));
  const tokenized = await encoder.tokenize(pairs);
  const { path } = await convertToStandardLayout(model, { outputFolder: folder, dtype: "fp32" });
  const session = await InferenceSession.create(path);
  const hasTypes = session.inputNames.includes("token_type_ids");
  const differences: number[] = [];
  for (const [index, { inputIds, tokenTypeIds }] of tokenized.entries()) {
    const types = tokenTypeIds ?? new Int32Array(inputIds.length);
    const [standard = []] = await scorePadded(session, [inputIds], hasTypes ? { tokenTypeIds: [types] } : {});
    differences.push(...standard.map((logit, label) => Math.abs(logit - (logits[index]?.[label] ?? NaN))));
    console.log(`${inputIds.length} tokens: ${logits[index]?.join(" ")} against ${standard.join(" ")}`);
  }
  console.log(`largest difference: ${Math.max(...differences)}`);
} finally {
  await rm(folder, { recursive: true });
}
