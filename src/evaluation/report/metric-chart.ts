import type { MetricSummary } from "../summarize-reranking.js";
import { figure, table } from "./figure.js";
import { pValue, ratio, signed } from "./format-number.js";
import { html, type Html } from "./html.js";

/** How every metric was before reranking and is after, on one scale of 0 to 1. */
export function metricChart(metrics: readonly MetricSummary[], confidence: string): Html {
  const hasBefore = metrics.some(({ before }) => before !== undefined);
  const explanation = hasBefore
    ? html`<span class="key before">before</span> <span class="key after">after reranking</span>, with ${confidence}
        intervals`
    : html`<span class="key after">after reranking</span>, with ${confidence} intervals; the data name no first stage`;
  const chart = html`<div class="metrics">
    ${metrics.map(metricRow)}
    <div class="scale" aria-hidden="true">
      <span>0</span><span>0.25</span><span>0.5</span><span>0.75</span><span>1</span>
    </div>
  </div>`;
  return figure("Before and after", explanation, chart, metricTable(metrics, confidence));
}

function metricRow({ name, before, after, change }: MetricSummary): Html {
  const label = before
    ? `${name}: ${ratio(before.mean)} before, ${ratio(after.mean)} after`
    : `${name}: ${ratio(after.mean)}`;
  return html`<div class="metric">
    <span class="name">${name}</span>
    <span class="values">
      ${before && html`<span class="muted">${ratio(before.mean)} → </span>`}<b>${ratio(after.mean)}</b>
      ${change && html`<span class="chip ${tone(change.difference)}">${signed(change.difference.mean)}</span>`}
    </span>
    <svg role="img" aria-label="${label}" width="100%" height="34">
      ${[0, 25, 50, 75, 100].map((x) => html`<line class="grid" x1="${x}%" x2="${x}%" y1="0" y2="34" />`)}
      ${before && marks(before, 11, "before")} ${marks(after, 23, "after")}
    </svg>
  </div>`;
}

function marks({ mean, low, high }: MetricSummary["after"], y: number, kind: string): Html {
  return html`<line class="whisker ${kind}" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}" />
    <circle class="${kind}" cx="${at(mean)}" cy="${y}" r="5" />`;
}

/** Whether a difference is settled: its interval lies on one side of 0. */
export function tone({ low, high }: MetricSummary["after"]): "gain" | "loss" | "open" {
  if (low > 0) return "gain";
  return high < 0 ? "loss" : "open";
}

function metricTable(metrics: readonly MetricSummary[], confidence: string): Html {
  const titles = ["Metric", "Before", `${confidence} interval`, "After", `${confidence} interval`];
  const changeTitles = ["Difference", `${confidence} interval`, "Better", "Same", "Worse", "Sign test p"];
  const rows = metrics.map(({ name, before, after, change }) => [
    name,
    before ? ratio(before.mean) : "–",
    before ? interval(before) : "–",
    ratio(after.mean),
    interval(after),
    ...(change
      ? [
          signed(change.difference.mean),
          `${signed(change.difference.low)} to ${signed(change.difference.high)}`,
          change.wins,
          change.ties,
          change.losses,
          pValue(change.signTestP),
        ]
      : changeTitles.map(() => "–")),
  ]);
  return table("Metrics before and after; better, same and worse count queries", [...titles, ...changeTitles], rows);
}

function interval({ low, high }: MetricSummary["after"]): string {
  return `${ratio(low)} to ${ratio(high)}`;
}

function at(value: number): string {
  return `${(value * 100).toFixed(2)}%`;
}
