import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { CrossEncoder } from "../../index.js";
import { formatFacts } from "../format-table.js";
import { addHubOptions, type HubFlags } from "../hub-options.js";
import { loadModel, modelHelp } from "../model-options.js";
import { print } from "../print.js";

export function addInfoCommand(program: Command): void {
  const command = program
    .command("info")
    .summary("show what a model is")
    .description("Show what a model is: its architecture, size, labels, maximum length, activation and prompts.")
    .argument("[model]", modelHelp);
  addHubOptions(command)
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Example:
  crossrank info ./my-reranker`,
    )
    .action(info);
}

async function info(name: string | undefined, flags: HubFlags & { json?: true }): Promise<void> {
  await using model = await loadModel(name === undefined ? flags : { ...flags, model: name });
  const facts = await describeModel(model);
  await print(flags.json ? `${JSON.stringify(facts)}\n` : formatModel(facts));
}

type ModelFacts = Awaited<ReturnType<typeof describeModel>>;

async function describeModel(model: CrossEncoder) {
  const { folder, architecture, parameterCount, weightTypes, weightFiles } = model.info;
  const { id2label, maxLength, activationFn, prompts, defaultPromptName, device, dtype } = model;
  const sizes = await Promise.all(weightFiles.map((name) => stat(join(folder, name))));
  return {
    model: model.modelId,
    folder,
    architecture,
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

function formatModel(facts: ModelFacts): string {
  const labels = Object.values(facts.id2label);
  const files = facts.weightFiles.map(({ name, bytes }) => `${name} (${megabytes(bytes)})`);
  const prompts = Object.entries(facts.prompts).map(([name, text]) => `${name}: ${JSON.stringify(text)}`);
  return formatFacts([
    ["model", facts.model],
    ["folder", facts.folder],
    ["architecture", facts.architecture],
    ["parameters", facts.parameterCount.toLocaleString("en")],
    ["weights", `${facts.weightTypes.join(", ")}, computed in ${facts.dtype} on ${facts.device}`],
    ["files", files.join(", ")],
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
