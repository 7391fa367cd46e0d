/**
 * Ranks the same samples with two models, or one in two precisions, and says how far the rankings agree.
 *
 * Usage: npx tsx scripts/compare-models.ts REFERENCE MODEL SAMPLES.jsonl [--dtype int8]
 * Samples: one JSON object a line, `query`, `positive` (texts) and `documents` (texts). The dtype is the second model's.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CrossEncoder, type FromPretrainedOptions } from "../dist/index.js";
import { compareModels } from "../src/evaluation/index.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { dtype: { type: "string" } } });
const [referenceFolder, modelFolder, samplesPath] = positionals;
if (referenceFolder === undefined || modelFolder === undefined || samplesPath === undefined) {
  throw new Error("Usage: npx tsx scripts/compare-models.ts REFERENCE MODEL SAMPLES.jsonl [--dtype int8]");
}

const samples = (await readFile(samplesPath, "utf8"))
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as { query: string; positive: string[]; documents: string[] })
  .map(({ query, positive, documents }) => ({
    query,
    documents,
    relevance: documents.map((document) => Number(positive.includes(document))),
  }));
const dtype = (values.dtype ?? "auto") as NonNullable<FromPretrainedOptions["dtype"]>;
const reference = await CrossEncoder.fromPretrained(referenceFolder, { activationFn: "identity" });
const model = await CrossEncoder.fromPretrained(modelFolder, { activationFn: "identity", dtype });
const agreement = await compareModels(
  (pairs) => reference.predict(pairs),
  (pairs) => model.predict(pairs),
  samples,
);
console.log(JSON.stringify(agreement, null, 2));
await Promise.all([reference.dispose(), model.dispose()]);
