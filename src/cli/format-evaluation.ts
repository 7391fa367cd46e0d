import type { DatasetReport, EvaluationReport, RerankingSummary } from "../evaluation/index.js";
import { formatTable } from "./format-table.js";

/** Tables of an evaluation for a terminal, one or two a dataset. */
export function formatEvaluation({ models, datasets }: EvaluationReport, width: number): string {
  const names = models.map(({ name, detail }) => (detail === undefined ? name : `${name} (${detail})`));
  return datasets.map((dataset) => formatDataset(dataset, names, width)).join("\n");
}

function formatDataset(
  { name, summaries, comparison }: DatasetReport,
  names: readonly string[],
  width: number,
): string {
  const blocks = summaries.map(
    (summary, index) => `${name}, ${names[index] ?? ""}: ${describe(summary)}\n${formatMetrics(summary, width)}`,
  );
  if (comparison !== undefined) {
    const rows = comparison.map(({ name: metric, ...compared }) => [metric, ...changeCells(compared)]);
    const titles = ["", ...changeTitles];
    blocks.push(`${name}, ${names[1] ?? ""} less ${names[0] ?? ""}\n${formatTable(titles, rows, width)}`);
  }
  return blocks.join("\n");
}

function describe({ queries, pairs, firstStageRecall, alwaysRerankPositives }: RerankingSummary): string {
  const counts = `${queries.toLocaleString("en")} queries, ${pairs.toLocaleString("en")} pairs`;
  if (firstStageRecall === undefined) return counts;
  const ceiling = `the first stage found ${firstStageRecall.mean.toFixed(4)} of the relevant documents`;
  return `${counts}; ${ceiling}${alwaysRerankPositives ? ", all were reranked" : ""}`;
}

const changeTitles = ["difference", "95 % interval", "better", "same", "worse", "sign test"];

function formatMetrics({ metrics }: RerankingSummary, width: number): string {
  const hasBefore = metrics.some(({ before }) => before !== undefined);
  const titles = hasBefore ? ["", "before", "after", ...changeTitles] : ["", "after", "95 % interval"];
  const rows = metrics.map(({ name, before, after, change }) =>
    hasBefore
      ? [name, before?.mean.toFixed(4) ?? "", after.mean.toFixed(4), ...(change ? changeCells(change) : [])]
      : [name, after.mean.toFixed(4), `${after.low.toFixed(4)} to ${after.high.toFixed(4)}`],
  );
  return formatTable(titles, rows, width);
}

type Change = NonNullable<RerankingSummary["metrics"][number]["change"]>;

function changeCells({ difference, wins, ties, losses, signTestP }: Change): string[] {
  return [
    signed(difference.mean),
    `${signed(difference.low)} to ${signed(difference.high)}`,
    String(wins),
    String(ties),
    String(losses),
    signTestP < 0.0001 ? "p < 0.0001" : `p = ${signTestP.toFixed(4)}`,
  ];
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(4)}`;
}
