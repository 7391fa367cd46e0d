import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { CrossEncoder } from "../../index.js";
import { formatFacts } from "../format-table.js";
import { addHubOptions } from "../hub-options.js";
import { addRunOptions, loadModel, modelHelp, type ModelFlags } from "../model-options.js";
import { print } from "../print.js";

export function addInfoCommand(program: Command): void {
  const command = program
    .command("info")
    .summary("show what a model is")
    .description("Show what a model is: its architecture, size, labels, maximum length, activation and prompts.")
    .argument("[model]", modelHelp);
  addRunOptions(addHubOptions(command))
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Example:
  crossrank info ./my-reranker`,
    )
    .action(info);
}

async function info(name: string | undefined, flags: ModelFlags & { json?: true }): Promise<void> {
  await using model = await loadModel(name === undefined ? flags : { ...flags, model: name });
  const facts = await describeModel(model);
  await print(flags.json ? `${JSON.stringify(facts)}\n` : formatModel(facts));
}

type ModelFacts = Awaited<ReturnType<typeof describeModel>>;

async function describeModel(model: CrossEncoder) {
  const { folder, architecture, parameterCount, weightTypes, weightFiles, runs, metadata } = model.info;
  const { id2label, maxLength, activationFn, prompts, defaultPromptName, device, dtype } = model;
  const sizes = await Promise.all(weightFiles.map((name) => stat(join(folder, name))));
  return {
    model: model.modelId,
    folder,
    architecture,
    runs,
    metadata,
    parameterCount,
    weightTypes,
    weightFiles: weightFiles.map((name, index) => ({ name, bytes: sizes[index]?.size ?? 0 })),
    id2label,
    maxLength,
    activationFn,
    prompts,
    defaultPromptName,
    device,
    dtype,
  };
}

const graphNames: Readonly<Record<ModelFacts["runs"], (facts: ModelFacts) => string>> = {
  stream: () => "a graph over the checkpoint, without padding",
  standard: () => "a graph over the checkpoint, in padded batches",
  onnx: ({ weightFiles: [file] }) => `${file?.name ?? ""}, in padded batches`,
};

function formatModel(facts: ModelFacts): string {
  const labels = Object.values(facts.id2label);
  const files = facts.weightFiles.map(({ name, bytes }) => `${name} (${megabytes(bytes)})`);
  const metadata = Object.entries(facts.metadata).map(([key, value]) => `${key}: ${value}`);
  const prompts = Object.entries(facts.prompts).map(([name, text]) => `${name}: ${JSON.stringify(text)}`);
  return formatFacts([
    ["model", facts.model],
    ["folder", facts.folder],
    ["architecture", facts.architecture],
    ["runs", `${graphNames[facts.runs](facts)}, in ${facts.dtype} on ${facts.device}`],
    ["parameters", facts.parameterCount?.toLocaleString("en") ?? "unknown"],
    ["weights", facts.weightTypes.join(", ") || "as in the file"],
    ["files", files.join(", ")],
    ["metadata", metadata.join(", ") || "none"],
    ["labels", `${labels.length} (${labels.join(", ")})`],
    ["maximum length", `${facts.maxLength} tokens`],
    ["activation", String(facts.activationFn)],
    ["prompts", prompts.join(", ") || "none"],
    ["default prompt", facts.defaultPromptName ?? "none"],
  ]);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
