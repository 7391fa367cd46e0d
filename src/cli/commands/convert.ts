import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Option, type Command } from "commander";
import type { ConvertedModel } from "../../conversion/index.js";
import type { ModelAgreement, RankingSample } from "../../evaluation/index.js";
import { formatFacts } from "../format-table.js";
import { openInput } from "../input.js";
import { loadModel } from "../model-options.js";
import { print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";

interface ConvertFlags {
  output: string;
  dtype: "int8";
  calibrate?: string;
  force?: true;
  json?: true;
}

/** Written beside the model. */
const reportName = "fidelity.json";

export function addConvertCommand(program: Command): void {
  program
    .command("convert")
    .summary("convert a model once, for good")
    .description("Write a model's folder anew with weights in int8, and say how far its rankings agree with fp32's.")
    .argument("[model]", "the model's folder (default: the model that comes with crossrank)")
    .requiredOption("-o, --output <folder>", "the folder to write")
    .addOption(new Option("--dtype <name>", "precision of the weights").choices(["int8"]).default("int8"))
    .option("--calibrate <pairs.jsonl>", "rank these with both models, and report how far they agree")
    .option("--force", "replace a model that is in the output folder")
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Lines of the pairs: {"query": …, "documents": […]}, with "positive": […] for the
texts of the relevant ones, or {"query": …, "document": …}, with "label": … for
how relevant it is. Without judgements there is no NDCG in the report, which is
also written to ${reportName} in the output folder.

Example:
  crossrank convert ./my-reranker --output ./my-reranker-int8 --calibrate pairs.jsonl`,
    )
    .action(convert);
}

async function convert(model: string | undefined, { output, calibrate, force, json }: ConvertFlags): Promise<void> {
  // Read first: a bad line should not come up after the work.
  const samples = calibrate === undefined ? undefined : await readCalibration(calibrate);
  const { convertToInt8 } = await import("../../conversion/index.js");
  const converted = await convertToInt8(model, { outputFolder: output, force: force ?? false });
  const agreement = samples && (await measureAgreement(model, converted.folder, samples));
  const report = { ...converted, ...(agreement && { agreement }) };
  if (agreement) await writeFile(join(output, reportName), `${JSON.stringify(report, null, 2)}\n`);
  await print(json ? `${JSON.stringify(report)}\n` : formatReport(report));
}

async function readCalibration(path: string): Promise<RankingSample[]> {
  const { readSamples } = await import("../read-samples.js");
  return readSamples(openInput(path));
}

async function measureAgreement(
  model: string | undefined,
  convertedFolder: string,
  samples: readonly RankingSample[],
): Promise<ModelAgreement> {
  const { compareModels } = await import("../../evaluation/index.js");
  await using reference = await loadModel(model === undefined ? {} : { model });
  await using converted = await loadModel({ model: convertedFolder });
  using bar = await startProgressBar(samples.length);
  let pairs = 0;
  return await compareModels(
    (batch) => reference.predict(batch),
    (batch) => converted.predict(batch),
    samples,
    (done) => bar.update(done, (pairs += samples[done - 1]?.documents.length ?? 0)),
  );
}

function formatReport({
  folder,
  sourceBytes,
  bytes,
  agreement,
}: ConvertedModel & { agreement?: ModelAgreement }): string {
  const facts: [string, string][] = [
    ["folder", folder],
    ["weights", `${megabytes(bytes)}, before ${megabytes(sourceBytes)}`],
  ];
  if (agreement !== undefined) {
    const { queries, pairs, kendallTau, ndcgAt10, meanDifference, largestDifference } = agreement;
    facts.push(
      ["compared", `${queries} queries, ${pairs} pairs`],
      ["Kendall's tau", kendallTau?.toFixed(4) ?? "no query has two documents"],
      ["NDCG@10", ndcgAt10 ? `${ndcgAt10.model.toFixed(4)}, fp32 ${ndcgAt10.reference.toFixed(4)}` : "no judgements"],
      ["score difference", `${meanDifference.toFixed(5)} on average, ${largestDifference.toFixed(5)} at most`],
    );
  }
  return formatFacts(facts);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
