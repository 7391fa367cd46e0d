/**
 * Ranks the same samples with two models, or one in two precisions, and says how far the rankings agree.
 *
 * Usage: npx tsx scripts/compare-models.ts REFERENCE MODEL SAMPLES.jsonl [--dtype int8]
 * Samples: as for `crossrank convert --calibrate`. The dtype is the second model's.
 */
import { parseArgs } from "node:util";
import { CrossEncoder, type FromPretrainedOptions } from "../dist/index.js";
import { openInput } from "../src/files/index.js";
import { readSamples } from "../src/cli/read-samples.js";
import { compareModels } from "../src/evaluation/index.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { dtype: { type: "string" } } });
const [referenceFolder, modelFolder, samplesPath] = positionals;
if (referenceFolder === undefined || modelFolder === undefined || samplesPath === undefined) {
  throw new Error("Usage: npx tsx scripts/compare-models.ts REFERENCE MODEL SAMPLES.jsonl [--dtype int8]");
}

const samples = await readSamples(openInput(samplesPath));
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
