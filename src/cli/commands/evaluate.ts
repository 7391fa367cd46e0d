import { Option, type Command } from "commander";
import { InvalidOptionsError } from "../../errors/index.js";
import type { EvaluationReport, ReportedModel, RerankedQuery, RerankingMeasurement } from "../../evaluation/index.js";
import { writeWholeFile } from "../../files/index.js";
import type { CrossEncoder } from "../../index.js";
import { findData, type DataFlags, type EvaluationData } from "../evaluation-data.js";
import { formatEvaluation } from "../format-evaluation.js";
import {
  addComputeOptions,
  addPairOptions,
  dtypes,
  loadModel,
  type LongDocumentFlags,
  type ModelFlags,
  type PromptFlags,
} from "../model-options.js";
import { wholeNumberFrom } from "../parse-whole-number.js";
import { pick } from "../pick.js";
import { outputWidth, print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";
import { requireOutput } from "../require-output.js";

interface EvaluateFlags extends Omit<ModelFlags, "model">, PromptFlags, LongDocumentFlags, DataFlags {
  atK: number;
  alwaysRerankPositives?: true;
  compare?: string;
  compareDtype?: NonNullable<ModelFlags["dtype"]>;
  seed: number;
  json?: string;
  report?: string;
}

const bootstrap = { resamples: 10_000, confidence: 0.95 };

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("measure how well a model reranks")
    .description("Measure how well a model reranks what a first stage found, and compare it with another.")
    .argument("<model>", "the model's folder, or its id on the Hub")
    .argument("<data...>", "samples.jsonl, folders of BEIR or NanoBEIR datasets, or nanobeir[:names] on the Hub")
    .option("--first-stage <run>", "for a BEIR folder: a TREC run, how a first stage ranked its documents")
    .option("--split <name>", "for a BEIR folder: which judgements, qrels/<name>.tsv (default: test)")
    .option("--depth <count>", "rerank the first stage's best documents only", wholeNumberFrom(1))
    .option("-k, --at-k <count>", "documents that count for NDCG, MRR, recall and precision", wholeNumberFrom(1), 10)
    .option("--always-rerank-positives", "rerank relevant documents that the first stage missed, too")
    .option("--compare <model>", "measure another model on the same data, and compare")
    .addOption(
      new Option("--compare-dtype <name>", "precision of the other model, or of the same one again").choices(dtypes),
    )
    .option("--seed <number>", "of the random numbers for intervals", wholeNumberFrom(0), 1)
    .option("--json <file>", "write everything as JSON; - for standard output, instead of the tables")
    .option("--report <file>", "write an HTML page: metrics, ranks, scores, the queries that changed most");
  addComputeOptions(addPairOptions(command))
    .addHelpText(
      "after",
      `
Lines of samples.jsonl: {"query": …, "positive": [texts], "documents": [texts]},
the documents as a first stage ranked them, best first; or "negative" for texts
that are not relevant, in no order. A document is relevant if its text is one of
"positive". Relevant documents that the first stage lacks count as not found,
before and after, so that its recall is the ceiling.

Intervals are bootstrapped over the queries. JSON has the metrics by the names of
sentence-transformers, too.

Examples:
  crossrank evaluate ./my-reranker samples.jsonl --report report.html
  crossrank evaluate ./my-reranker samples.jsonl --compare-dtype int8
  crossrank evaluate ./my-reranker ./scifact --first-stage bm25.run --json -
  crossrank evaluate ./my-reranker nanobeir:msmarco,nfcorpus,nq`,
    )
    .action(evaluate);
}

async function evaluate(model: string, paths: string[], flags: EvaluateFlags): Promise<void> {
  for (const flag of ["json", "report"] as const) {
    const path = flags[flag];
    if (path !== undefined && path !== "-") await requireOutput(path, { flag: `--${flag}`, inputs: paths });
  }
  const data = await findData(paths, flags);
  const { compareMeasurements, summarizeReranking } = await import("../../evaluation/index.js");
  const models: ReportedModel[] = [];
  const measured: RerankingMeasurement[][] = [];
  for (const settings of modelsToMeasure(model, flags)) {
    await using encoder = await loadModel(settings);
    requireOneLabel(encoder);
    models.push({ name: encoder.modelId, detail: encoder.dtype });
    measured.push(await measureAll(encoder, data, flags));
  }
  const options = { ...bootstrap, seed: flags.seed };
  const datasets = data.map(({ name }, index) => {
    const byModel = measured.flatMap((measurements) => measurements[index] ?? []);
    const summaries = byModel.map((measurement) => summarizeReranking(measurement, options));
    const [first, second] = byModel;
    return { name, summaries, ...(first && second && { comparison: compareMeasurements(first, second, options) }) };
  });
  await writeResults({ models, datasets, bootstrap: options }, flags);
}

function modelsToMeasure(model: string, flags: EvaluateFlags): ModelFlags[] {
  const { compare, compareDtype } = flags;
  const shared = pick(flags, ["maxLength", "threads", "workers", "device", "dtype", "activationFn"]);
  const first = { ...shared, ...pick(flags, ["onnxFile"]), model };
  if (compare === undefined && compareDtype === undefined) return [first];
  // An ONNX file is the first model's, and has a precision of its own.
  const second = { ...shared, model: compare ?? model, ...(compareDtype && { dtype: compareDtype }) };
  return [first, second];
}

async function measureAll(
  encoder: CrossEncoder,
  data: readonly EvaluationData[],
  flags: EvaluateFlags,
): Promise<RerankingMeasurement[]> {
  const { measureReranking } = await import("../../evaluation/index.js");
  const predictOptions = pick(flags, ["prompt", "promptName", "longDocuments"]);
  const scorer: Parameters<typeof measureReranking>[0] = {
    predict: (pairs, options) => encoder.predict(pairs, { ...options, ...predictOptions }),
  };
  using bar = await startProgressBar(
    data.reduce((sum, { documents }) => sum + documents, 0),
    "pairs",
  );
  const measurements: RerankingMeasurement[] = [];
  let done = 0;
  let pairs = 0;
  for (const { open } of data) {
    // Queries whose documents are all irrelevant are not ranked, but count as done.
    const onQuery = ({ candidates, documents = candidates }: RerankedQuery) =>
      bar.update((done += documents.length), (pairs += candidates.length));
    const { atK, alwaysRerankPositives = false } = flags;
    measurements.push(
      await measureReranking(scorer, open(), { atK, alwaysRerankPositives, callPerQuery: true, onQuery }),
    );
  }
  return measurements;
}

async function writeResults(report: EvaluationReport, { json, report: page }: EvaluateFlags): Promise<void> {
  if (page !== undefined) {
    const { renderReport } = await import("../../evaluation/index.js");
    await writeText(page, renderReport(report));
  }
  const text = `${JSON.stringify(report)}\n`;
  if (json !== undefined && json !== "-") await writeText(json, text);
  await print(json === "-" ? text : formatEvaluation(report, outputWidth()));
}

async function writeText(path: string, text: string): Promise<void> {
  await writeWholeFile(path, async (file) => {
    await file.writeFile(text);
  });
}

function requireOneLabel({ modelId, numLabels }: CrossEncoder): void {
  if (numLabels === 1) return;
  throw new InvalidOptionsError(
    `evaluate must have a model of one label, but ${modelId} has ${numLabels}. crossrank/evaluation has an evaluator ` +
      `for those: CrossEncoderClassificationEvaluator.`,
    { numLabels },
  );
}
