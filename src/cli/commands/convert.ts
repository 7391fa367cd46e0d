import { Option, type Command } from "commander";
import type { StandardDtype } from "../../conversion/index.js";
import { print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";

interface ConvertFlags {
  output: string;
  layout: keyof typeof converters;
  dtype: StandardDtype;
  force?: boolean;
}

/** By layout. Loaded only when it is needed: a usage text needs none of it. */
const converters = {
  standard: async () => (await import("../../conversion/index.js")).convertToStandardLayout,
};

export function addConvertCommand(program: Command): void {
  program
    .command("convert")
    .summary("write a model as an ONNX file")
    .description("Write a model as an ONNX file, and its small files beside it.")
    .argument("<model>", "the model's folder")
    .requiredOption("-o, --output <folder>", "where to write; may be the model's own folder")
    .addOption(
      new Option("--layout <name>", "what the file's graph is like")
        .choices(Object.keys(converters))
        .default("standard"),
    )
    .addOption(new Option("--dtype <name>", "how it holds the weights").choices(["fp32", "int8"]).default("fp32"))
    .option("--force", "replace files that are there")
    .addHelpText(
      "after",
      `
Layout standard is what exporters write, for transformers.js and other runtimes:
input_ids and attention_mask go in, int64 [batch, sequence]; logits come out,
float32 [batch, labels]. Writes onnx/model.onnx, or onnx/model_quantized.onnx for
int8, and prints its path.

Example:
  crossrank convert ./my-reranker --output ./my-reranker-onnx --dtype int8`,
    )
    .action(convert);
}

async function convert(model: string, { output, layout, dtype, force = false }: ConvertFlags): Promise<void> {
  const convertTo = await converters[layout]();
  using bar = await startProgressBar(1, "MB");
  const { path } = await convertTo(model, {
    outputFolder: output,
    dtype,
    replaces: force,
    onProgress: (written, total) => bar.update(written / total, Math.round(written / 1e6)),
  });
  await print(`${path}\n`);
}
