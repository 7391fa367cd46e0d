import type { LatencySummary } from "../summarize-reranking.js";
import { count, milliseconds } from "./format-number.js";
import { html, type Html } from "./html.js";

/** How long the model took for a query. */
export function latencyList({ calls, p50, p90, p95, p99, max }: LatencySummary): Html {
  const values: [string, number][] = [
    ["median", p50],
    ["90 %", p90],
    ["95 %", p95],
    ["99 %", p99],
    ["slowest", max],
  ];
  return html`<section>
    <h3>Time for a query</h3>
    <p>
      One call of the model for each of ${count(calls)} queries with all its documents, on the machine that made this
      report, with whatever else ran there.
    </p>
    <dl class="tiles">
      ${values.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${milliseconds(value)}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}
