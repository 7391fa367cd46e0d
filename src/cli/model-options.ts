import { Option, type Command } from "commander";
import type { CrossEncoder, FromPretrainedOptions, PredictOptions, TokenizeOptions } from "../index.js";
import { addHubOptions, withDownloadBar, type HubFlags } from "./hub-options.js";
import { wholeNumberFrom } from "./parse-whole-number.js";
import { pick } from "./pick.js";

/** Which model, and how it is loaded. */
export interface ModelFlags
  extends
    HubFlags,
    Pick<
      FromPretrainedOptions,
      "maxLength" | "threads" | "workers" | "device" | "dtype" | "onnxFile" | "activationFn"
    > {
  model?: string;
}

/** What becomes of documents that do not fit. */
export type LongDocumentFlags = Pick<PredictOptions, "longDocuments">;

/** What is put in front of the query. */
export type PromptFlags = Pick<TokenizeOptions, "prompt" | "promptName">;

/** What `--dtype` takes. */
export const dtypes: readonly NonNullable<FromPretrainedOptions["dtype"]>[] = ["fp32", "fp16", "int8", "auto"];

export const modelHelp = "the model's folder, or its id on the Hub (default: the model that comes with crossrank)";

export function addModelOptions(command: Command): Command {
  return addPairOptions(addHubOptions(command.option("-m, --model <model>", modelHelp)));
}

/** How pairs are made, for commands that name the model by themselves. */
export function addPairOptions(command: Command): Command {
  return command
    .option("--max-length <tokens>", "most tokens of a pair (default: the model's own)", wholeNumberFrom(1))
    .option("--prompt <text>", "text to put in front of the query")
    .option("--prompt-name <name>", "name of one of the model's prompts to put in front of the query");
}

export function addScoringOptions(command: Command): Command {
  return addComputeOptions(addModelOptions(command));
}

/** How scores are computed, for commands that name the model by themselves. */
export function addComputeOptions(command: Command): Command {
  return addRunOptions(command)
    .option("--threads <count>", "threads that compute in each worker (default: cores / workers)", wholeNumberFrom(1))
    .option("--workers <count>", "workers, each with the model, that share the pairs (default: 1)", wholeNumberFrom(1))
    .addOption(
      new Option(
        "--long-documents <mode>",
        "what becomes of a document that does not fit: it is cut, or split into passages and gets the score of the best",
      )
        .choices(["truncate", "maxPassage"])
        .default("truncate"),
    )
    .addOption(
      new Option("--activation-fn <name>", "what turns logits into scores (default: the model's own)").choices([
        "sigmoid",
        "identity",
        "tanh",
        "softmax",
      ]),
    );
}

/** What of a model is run, and where. */
export function addRunOptions(command: Command): Command {
  return command
    .option("--device <name>", "where to run: cpu, cuda, cuda:N, webgpu or auto (default: cpu)")
    .addOption(new Option("--dtype <name>", "precision to compute in (default: auto)").choices(dtypes))
    .option("--onnx-file <name>", "run this ONNX file of the model: its path or name (default: the checkpoint)");
}

/** Loads the library only now: a usage text needs none of it. */
export async function loadModel(flags: ModelFlags = {}): Promise<CrossEncoder> {
  const { CrossEncoder } = await import("../index.js");
  const options = pick(flags, ["maxLength", "threads", "workers", "device", "dtype", "onnxFile", "activationFn"]);
  return withDownloadBar(flags, (hub) => CrossEncoder.fromPretrained(flags.model, { ...options, ...hub }));
}
