import type { RerankingSummary } from "../summarize-reranking.js";
import { comparisonChart } from "./comparison-chart.js";
import type { DatasetReport, EvaluationReport, ReportedModel } from "./evaluation-report.js";
import { table } from "./figure.js";
import { count, percent, ratio, signed } from "./format-number.js";
import { html, type Html } from "./html.js";
import { latencyList } from "./latency-list.js";
import { metricChart, tone } from "./metric-chart.js";
import { queryLists } from "./query-list.js";
import { rankChart } from "./rank-chart.js";
import { scoreChart } from "./score-chart.js";
import { style } from "./style.js";

/** Nothing is loaded and nothing runs: charts are SVG, details fold by themselves. */
const contentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * Makes one HTML page of an evaluation, to look at and to send: metrics before and after, how ranks moved, scores, the
 * queries that gained and lost most with their texts, and times.
 *
 * The page holds everything it needs and loads nothing, its content security policy forbids it to; it has no script. It
 * follows light and dark settings, and every chart has its numbers in a table. Texts of queries and documents are escaped.
 *
 * @returns The page, from `<!doctype html>` on.
 */
export function renderReport(report: EvaluationReport): string {
  const title = `${report.models.map(modelName).join(" and ")}: reranking report`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="overline">Reranking report</p>
            <h1>${report.models.map((model, index) => [index > 0 && " and ", modelTitle(model)])}</h1>
            ${report.datasets.length > 1 && overview(report)}
          </header>
          ${report.datasets.map((dataset, index) => datasetSection(report, dataset, index))}
        </main>
        ${footer(report)}
      </body>
    </html>`;
  return `${page.markup.trimEnd()}\n`;
}

function datasetSection(report: EvaluationReport, dataset: DatasetReport, index: number): Html {
  const { models, bootstrap } = report;
  const confidence = percent(bootstrap.confidence);
  const [first, ...others] = dataset.summaries;
  const names = models.map(modelName);
  return html`<article id="dataset-${index + 1}" aria-labelledby="dataset-${index + 1}-name">
    <h2 id="dataset-${index + 1}-name">${dataset.name}</h2>
    ${first && [headline(first, confidence), facts(first)]}
    ${dataset.comparison && comparisonChart(dataset.comparison, [names[0] ?? "", names[1] ?? ""], confidence)}
    ${first && summarySections(first, confidence)}
    ${others.map(
      (summary, other) =>
        html`<details class="other-model">
          <summary>The same figures for ${names[other + 1] ?? ""}</summary>
          ${headline(summary, confidence)} ${summarySections(summary, confidence)}
        </details>`,
    )}
  </article>`;
}

/** The answer in one sentence. */
function headline({ metrics }: RerankingSummary, confidence: string): Html | undefined {
  const [metric] = metrics;
  if (metric === undefined) return undefined;
  const { name, before, after, change } = metric;
  if (before === undefined || change === undefined) {
    return html`<p class="headline">${name} is <b>${ratio(after.mean)}</b>.</p>`;
  }
  const { mean, low, high } = change.difference;
  const verbs = { gain: "raises", loss: "lowers", open: "does not clearly change" };
  const verdict = tone(change.difference);
  return html`<p class="headline">
    Reranking ${verbs[verdict]} ${name}: ${ratio(before.mean)} → <b>${ratio(after.mean)}</b>
    <span class="chip ${verdict}">${signed(mean)}</span>
    <small>${confidence} interval ${signed(low)} to ${signed(high)}</small>
  </p>`;
}

function facts({ queries, pairs, firstStageRecall, alwaysRerankPositives }: RerankingSummary): Html {
  return html`<dl class="tiles">
    <div>
      <dt>queries</dt>
      <dd>${count(queries)}</dd>
    </div>
    <div>
      <dt>pairs scored</dt>
      <dd>${count(pairs)}</dd>
    </div>
    ${
      firstStageRecall &&
      html`<div>
        <dt>found by the first stage</dt>
        <dd>${percent(firstStageRecall.mean)} <small>of the relevant</small></dd>
      </div>`
    }
    <div>
      <dt>reranked</dt>
      <dd class="words">${alwaysRerankPositives ? "all relevant documents" : "what the first stage found"}</dd>
    </div>
  </dl>`;
}

function summarySections(summary: RerankingSummary, confidence: string): Html {
  const { metrics, rankChanges, scores, gained, lost, latency, atK } = summary;
  return html`${metricChart(metrics, confidence)}
    <div class="side-by-side">
      ${rankChanges.length > 0 && rankChart(rankChanges)} ${scores.length > 0 && scoreChart(scores)}
    </div>
    ${rankChanges.length > 0 && queryLists(gained, lost, `NDCG@${atK}`)} ${latency && latencyList(latency)}`;
}

function overview({ datasets, models }: EvaluationReport): Html {
  const rows = datasets.flatMap(({ name, summaries }) =>
    summaries.map(({ metrics: [metric] }, index) => {
      const label = models.length > 1 ? `${name}, ${modelName(models[index] ?? { name: "" })}` : name;
      const change = metric?.change ? signed(metric.change.difference.mean) : "–";
      const before = metric?.before ? ratio(metric.before.mean) : "–";
      return [label, before, metric ? ratio(metric.after.mean) : "–", change];
    }),
  );
  const metric = datasets[0]?.summaries[0]?.metrics[0]?.name ?? "";
  return html`<nav aria-label="Datasets">
      ${datasets.map(({ name }, index) => html`<a href="#dataset-${index + 1}">${name}</a> `)}
    </nav>
    ${table(`${metric} by dataset`, ["Dataset", "Before", "After", "Difference"], rows)}`;
}

function footer({ bootstrap, datasets }: EvaluationReport): Html {
  const k = datasets[0]?.summaries[0]?.atK ?? 10;
  return html`<footer>
    <h2>How to read this</h2>
    <ul>
      <li>
        NDCG@${k} weighs relevant documents among the first ${k} by the logarithm of their rank; MRR@${k} is one over
        the rank of the first; MAP is the mean precision over the ranks of all. Each is a mean over queries; 1 is best.
      </li>
      <li>
        Before and after are measured on the same documents. Relevant documents that the first stage did not find count
        as not found, unless all relevant documents were reranked.
      </li>
      <li>
        Intervals are percentiles of ${count(bootstrap.resamples)} bootstrap means over the queries (seed
        ${bootstrap.seed}); those of differences are paired. The sign test is exact, and looks at better and worse only.
      </li>
    </ul>
    <p class="muted">Made by crossrank.</p>
  </footer>`;
}

function modelTitle({ name, detail }: ReportedModel): Html {
  return html`<span class="model">${name}</span>${detail !== undefined && html` <small>${detail}</small>`}`;
}

function modelName({ name, detail }: ReportedModel): string {
  return detail === undefined ? name : `${name} (${detail})`;
}
