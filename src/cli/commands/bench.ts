import { Option, type Command } from "commander";
import type { CrossEncoder } from "../../index.js";
import { availableCores } from "../../machine/index.js";
import { formatTable } from "../format-table.js";
import { addHubOptions, type HubFlags } from "../hub-options.js";
import { loadModel, modelHelp, type ModelFlags } from "../model-options.js";
import { pick } from "../pick.js";
import { outputWidth, print } from "../print.js";
import { wholeNumberFrom } from "../parse-whole-number.js";

interface BenchFlags extends HubFlags {
  runs: number;
  documents: number;
  dtype?: Dtype;
  json?: true;
}

/** An ONNX file has one precision, whatever it is. */
type Dtype = "fp32" | "int8" | "auto";

/** What one setting reached. */
interface Measurement {
  dtype: Dtype;
  threads: number;
  maxBatchTokens: number;
  tokensPerSecond: number;
  pairsPerSecond: number;
}

const tokenBudgets = [256, 512, 1024, 2048];
const query = "how do you find the mass of an object";
const sentence =
  "To find the mass of an object divide its weight by the acceleration of gravity or put it on a balance and compare it ";
/** GooAQ's answers have 54 to 388 characters. */
const [shortestCharacters, longestCharacters] = [54, 388];

export function addBenchCommand(program: Command): void {
  const command = program
    .command("bench")
    .summary("find the fastest settings for a model on this machine")
    .description("Measure a model on this machine with several settings, and name the fastest for each precision.")
    .argument("[model]", modelHelp);
  addHubOptions(command)
    .addOption(new Option("--dtype <name>", "measure this precision only").choices(["fp32", "int8"]))
    .option("--documents <count>", "documents of 54 to 388 characters to rank", wholeNumberFrom(1), 64)
    .option("--runs <count>", "runs of each setting, after one that is not counted", wholeNumberFrom(1), 3)
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Rates are medians of the runs. Anything else that runs on the machine shows.

Example:
  crossrank bench ./my-reranker`,
    )
    .action(bench);
}

async function bench(model: string | undefined, flags: BenchFlags): Promise<void> {
  const { runs, documents: count, dtype, json } = flags;
  const source = {
    ...pick(flags, ["revision", "localFilesOnly", "cacheDir"]),
    ...(model === undefined ? {} : { model }),
  };
  const documents = Array.from({ length: count }, (_, index) => documentOf(index, count));
  const measurements: Measurement[] = [];
  for (const precision of dtype === undefined ? await runnableDtypes(source) : [dtype]) {
    for (const threads of threadCounts(availableCores())) {
      await using encoder = await loadModel({ ...source, dtype: precision, threads });
      const tokens = await countTokens(encoder, documents);
      for (const maxBatchTokens of tokenBudgets) {
        const seconds = await medianSeconds(runs, () => encoder.rank(query, documents, { maxBatchTokens }));
        const rates = { tokensPerSecond: tokens / seconds, pairsPerSecond: count / seconds };
        measurements.push({ dtype: precision, threads, maxBatchTokens, ...rates });
      }
    }
  }
  const best = fastestByDtype(measurements);
  await print(json ? `${JSON.stringify({ measurements, best })}\n` : formatMeasurements(measurements, best));
}

/** A folder that was converted to int8 has no fp32 to run in, and one that only has ONNX files no checkpoint. */
async function runnableDtypes(source: ModelFlags): Promise<Dtype[]> {
  await using encoder = await loadModel(source);
  if (encoder.info.runs === "onnx") return ["auto"];
  return encoder.dtype === "int8" ? ["int8"] : ["fp32", "int8"];
}

function documentOf(index: number, count: number): string {
  const length = shortestCharacters + ((longestCharacters - shortestCharacters) * index) / count;
  return sentence.repeat(Math.ceil(longestCharacters / sentence.length)).slice(0, Math.round(length));
}

/** Powers of two, and all cores. */
function threadCounts(cores: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log2(cores)) }, (_, exponent) => 2 ** exponent);
  return [...powers, cores];
}

async function countTokens(encoder: CrossEncoder, documents: readonly string[]): Promise<number> {
  const tokenized = await encoder.tokenize(documents.map((document) => [query, document]));
  return tokenized.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
}

async function medianSeconds(runs: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(runs / 2)] as number;
}

function fastestByDtype(measurements: readonly Measurement[]): Measurement[] {
  const fastest = new Map<Dtype, Measurement>();
  for (const measurement of measurements) {
    const known = fastest.get(measurement.dtype);
    if (known === undefined || measurement.tokensPerSecond > known.tokensPerSecond)
      fastest.set(measurement.dtype, measurement);
  }
  return [...fastest.values()];
}

function formatMeasurements(measurements: readonly Measurement[], best: readonly Measurement[]): string {
  const rows = measurements.map((measurement) => [
    measurement.dtype,
    String(measurement.threads),
    String(measurement.maxBatchTokens),
    Math.round(measurement.tokensPerSecond).toLocaleString("en"),
    measurement.pairsPerSecond.toFixed(1),
    best.includes(measurement) ? "fastest" : "",
  ]);
  return formatTable(["dtype", "threads", "maxBatchTokens", "tokens/s", "pairs/s", ""], rows, outputWidth());
}
