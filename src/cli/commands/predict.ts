import type { Command } from "commander";
import { formatScores, openInput, readLines, type Input } from "../../files/index.js";
import type { CrossEncoder, Pair, PredictOptions } from "../../index.js";
import { chunkPairs } from "../chunk-pairs.js";
import {
  addScoringOptions,
  loadModel,
  type LongDocumentFlags,
  type ModelFlags,
  type PromptFlags,
} from "../model-options.js";
import { pick } from "../pick.js";
import { noProgressBar, startProgressBar, type ProgressBar } from "../progress-bar.js";
import { requireOutput } from "../require-output.js";
import { writeOutput, type Write } from "../write-output.js";

interface PredictFlags extends ModelFlags, PromptFlags, LongDocumentFlags {
  output?: string;
}

export function addPredictCommand(program: Command): void {
  const command = program
    .command("predict")
    .summary("score the pairs of a JSONL file")
    .description("Score the pairs of a JSONL file, of any size.")
    .argument("<pairs.jsonl>", "the file to read; - for standard input")
    .option(
      "-o, --output <file>",
      "write to a file, named <file>.partial until it is whole (default: standard output)",
    );
  addScoringOptions(command)
    .addHelpText(
      "after",
      `
Each line holds a pair: ["query", "document"], or an object with "query" and
"document" and maybe other keys. Blank lines are skipped. A line that is no pair
is an error, once the pairs before it are scored and written.

The output has a line a pair, in the same order: {"score": …}, or for a model of
several labels {"scores": […], "label": "…"} with the label that scored highest.

Examples:
  crossrank predict pairs.jsonl --output scores.jsonl
  crossrank predict - < pairs.jsonl | head`,
    )
    .action(predict);
}

async function predict(path: string, flags: PredictFlags): Promise<void> {
  const input = openInput(path);
  if (flags.output !== undefined) await requireOutput(flags.output, { flag: "--output", inputs: [path] });
  await using model = await loadModel(flags);
  const options = pick(flags, ["prompt", "promptName", "longDocuments"]);
  // Scores that go to the terminal show the progress by themselves.
  const isOnTerminal = flags.output === undefined && process.stdout.isTTY;
  await writeOutput(flags.output, async (write) => {
    using bar = isOnTerminal ? noProgressBar : await startProgressBar(input.size);
    await scoreInput(model, input, { write, bar, options });
  });
}

async function scoreInput(
  model: CrossEncoder,
  input: Input,
  { write, bar, options }: { write: Write; bar: ProgressBar; options: PredictOptions },
): Promise<void> {
  let pairCount = 0;
  for await (const { pairs, startByte, endByte } of chunkPairs(readLines(input))) {
    const rows = await scoresOf(model, pairs, {
      ...options,
      onProgress: ({ scored, total }) =>
        bar.update(startByte + ((endByte - startByte) * scored) / total, pairCount + scored),
    });
    await write(rows.map((row) => `${formatScores(row, model.id2label)}\n`).join(""));
    pairCount += pairs.length;
  }
}

/** Scores, shape [pairs][labels], also for a model of one label. */
async function scoresOf(model: CrossEncoder, pairs: readonly Pair[], options: PredictOptions): Promise<Float32Array[]> {
  if (model.numLabels > 1) return model.predict<Float32Array>(pairs, options);
  return Array.from(await model.predict(pairs, options), (score) => Float32Array.of(score));
}
