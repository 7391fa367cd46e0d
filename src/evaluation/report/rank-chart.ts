import type { RankChangeBin } from "../summarize-reranking.js";
import { figure, table } from "./figure.js";
import { count, percent } from "./format-number.js";
import { html, type Html } from "./html.js";

/** By how many ranks relevant documents rose or fell, the largest rise on top. */
export function rankChart(bins: readonly RankChangeBin[]): Html {
  const rows = bins.toReversed().map((bin) => ({ label: labelOf(bin), tone: toneOf(bin), total: bin.documents }));
  const all = rows.reduce((sum, { total }) => sum + total, 0);
  const most = rows.reduce((largest, { total }) => Math.max(largest, total), 1);
  const sumOf = (tone: string) => rows.reduce((sum, row) => sum + (row.tone === tone ? row.total : 0), 0);
  const [rose, fell] = [sumOf("gain"), sumOf("loss")];
  const explanation = html`Of ${count(all)} relevant documents that the first stage found, ${count(rose)} rose,
  ${count(fell)} fell, and ${count(all - rose - fell)} stayed.`;
  const chart = html`<div class="bars" role="img" aria-label="Histogram of rank changes; its numbers are below">
    ${rows.map(
      ({ label, tone, total }) =>
        html`<div class="bar">
          <span class="label">${label}</span>
          <svg width="100%" height="16" aria-hidden="true">
            <rect class="${tone}" width="${((total / most) * 100).toFixed(2)}%" height="16" rx="2" />
          </svg>
          <span class="total">${count(total)}</span>
        </div>`,
    )}
  </div>`;
  const numbers = table(
    "Relevant documents by the ranks they rose or fell",
    ["Ranks", "Documents", "Share"],
    rows.map(({ label, total }) => [label, count(total), percent(total / (all || 1))]),
  );
  return figure("How far relevant documents moved", explanation, chart, numbers);
}

function labelOf(bin: RankChangeBin): string {
  const { least, most } = bin;
  if (least === 0) return "unchanged";
  if (toneOf(bin) === "gain") return `rose ${span(least ?? 0, most)}`;
  return `fell ${span(-(most ?? 0), least === null ? null : -least)}`;
}

function span(near: number, far: number | null): string {
  if (far === null) return `${near} or more`;
  return near === far ? String(near) : `${near}–${far}`;
}

function toneOf({ least }: RankChangeBin): "gain" | "loss" | "open" {
  if (least === 0) return "open";
  return least !== null && least > 0 ? "gain" : "loss";
}
