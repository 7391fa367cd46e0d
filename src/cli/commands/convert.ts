import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Option, type Command } from "commander";
import type { Int8Model, StandardDtype } from "../../conversion/index.js";
import { InvalidInputError, InvalidOptionsError } from "../../errors/index.js";
import type { ModelAgreement, RankingSample } from "../../evaluation/index.js";
import { openInput } from "../../files/index.js";
import { formatFacts } from "../format-table.js";
import { addHubOptions, withDownloadBar, type HubFlags } from "../hub-options.js";
import { loadModel } from "../model-options.js";
import { print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";

interface ConvertFlags extends HubFlags {
  output: string;
  layout: keyof typeof converters;
  dtype?: StandardDtype;
  calibrate?: string;
  force?: true;
  json?: true;
}

const converters = { stream: convertToStream, standard: convertToStandard };

/** Written beside the model. */
const reportName = "fidelity.json";

export function addConvertCommand(program: Command): void {
  const command = program
    .command("convert")
    .summary("convert a model for good: to int8, or to an ONNX file for other runtimes")
    .description("Convert a model for good: to int8 for crossrank, or to an ONNX file for other runtimes.")
    .argument("<model>", "the model's folder, or its id on the Hub");
  addHubOptions(command)
    .requiredOption("-o, --output <folder>", "the folder to write")
    .addOption(
      new Option("--layout <name>", "what the model is for: crossrank (stream), or other runtimes (standard)")
        .choices(Object.keys(converters))
        .default("stream"),
    )
    .addOption(
      new Option("--dtype <name>", "how weights are held (default: int8 for stream, fp32 for standard)").choices([
        "fp32",
        "int8",
      ]),
    )
    .option("--calibrate <pairs.jsonl>", "stream: rank these in fp32 and in int8, and report how far they agree")
    .option("--force", "replace files that are there")
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Layout stream writes model.safetensors in int8; the folder loads by itself.
Lines of the pairs: {"query": …, "documents": […]}, with "positive": […] for the
texts of the relevant ones, or {"query": …, "document": …}, with "label": … for
how relevant it is. Without judgements there is no NDCG in the report, which is
also written to ${reportName} in the output folder.

Layout standard is what exporters write, for transformers.js and other runtimes:
input_ids and attention_mask go in, int64 [batch, sequence]; logits come out,
float32 [batch, labels]. Writes onnx/model.onnx, or onnx/model_quantized.onnx for
int8, and prints its path.

Examples:
  crossrank convert ./my-reranker --output ./my-reranker-int8 --calibrate pairs.jsonl
  crossrank convert ./my-reranker --output ./my-reranker-onnx --layout standard`,
    )
    .action((model: string, flags: ConvertFlags) => converters[flags.layout](model, flags));
}

async function convertToStandard(model: string, flags: ConvertFlags): Promise<void> {
  const { output, dtype, calibrate, force, json } = flags;
  if (calibrate !== undefined) throw new InvalidOptionsError("--calibrate goes with --layout stream only.");
  const folder = await findFolder(model, flags);
  const { convertToStandardLayout } = await import("../../conversion/index.js");
  using bar = await startProgressBar(1, "MB");
  const converted = await convertToStandardLayout(folder, {
    outputFolder: output,
    dtype: dtype ?? "fp32",
    replaces: force ?? false,
    onProgress: (written, total) => bar.update(written / total, Math.round(written / 1e6)),
  });
  await print(json ? `${JSON.stringify(converted)}\n` : `${converted.path}\n`);
}

async function convertToStream(model: string, flags: ConvertFlags): Promise<void> {
  const { output, dtype, calibrate, force, json } = flags;
  if (dtype === "fp32") {
    throw new InvalidOptionsError("--layout stream takes --dtype int8 only: fp32 runs from the model's own folder.");
  }
  // Read first: a bad line should not come up after the work.
  const samples = calibrate === undefined ? undefined : await readCalibration(calibrate);
  const folder = await findFolder(model, flags);
  const { convertToInt8 } = await import("../../conversion/index.js");
  const converted = await convertToInt8(folder, { outputFolder: output, replaces: force ?? false });
  const agreement = samples && (await measureAgreement(folder, converted.folder, samples));
  const report = { ...converted, ...(agreement && { agreement }) };
  if (agreement) await writeFile(join(output, reportName), `${JSON.stringify(report, null, 2)}\n`);
  await print(json ? `${JSON.stringify(report)}\n` : formatReport(report));
}

async function findFolder(model: string, flags: HubFlags): Promise<string> {
  const { resolveModelFolder } = await import("../../hub/index.js");
  return withDownloadBar(flags, (hub) => resolveModelFolder(model, { ...hub, checkpointOnly: true }));
}

async function readCalibration(path: string): Promise<RankingSample[]> {
  const { readSamples } = await import("../read-samples.js");
  const samples = await readSamples(openInput(path));
  if (samples.length > 0) return samples;
  throw new InvalidInputError(`${path} must hold at least one query with documents, but is empty.`, { path });
}

async function measureAgreement(
  model: string,
  convertedFolder: string,
  samples: readonly RankingSample[],
): Promise<ModelAgreement> {
  const { compareModels } = await import("../../evaluation/index.js");
  await using reference = await loadModel({ model });
  if (reference.numLabels !== 1) {
    throw new InvalidOptionsError(
      `--calibrate must have a model of one label, but ${model} has ${reference.numLabels}. It is converted; ` +
        `how far it agrees was not measured.`,
    );
  }
  await using converted = await loadModel({ model: convertedFolder });
  using bar = await startProgressBar(samples.length, "pairs");
  let pairs = 0;
  return await compareModels(
    (batch) => reference.predict(batch),
    (batch) => converted.predict(batch),
    samples,
    (done) => bar.update(done, (pairs += samples[done - 1]?.documents.length ?? 0)),
  );
}

function formatReport({ folder, sourceBytes, bytes, agreement }: Int8Model & { agreement?: ModelAgreement }): string {
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
