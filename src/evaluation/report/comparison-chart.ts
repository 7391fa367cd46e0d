import type { DatasetReport } from "./evaluation-report.js";
import { figure, table } from "./figure.js";
import { pValue, signed } from "./format-number.js";
import { html, type Html } from "./html.js";
import { tone } from "./metric-chart.js";

type Comparisons = NonNullable<DatasetReport["comparison"]>;

/** Differences of two models around 0, with their intervals. */
export function comparisonChart(
  comparisons: Comparisons,
  names: readonly [first: string, second: string],
  confidence: string,
): Html {
  const reach = comparisons.reduce(
    (largest, { difference: { low, high } }) => Math.max(largest, Math.abs(low), Math.abs(high)),
    0.001,
  );
  // The widest interval leaves a little room at both ends.
  const at = (value: number) => `${(50 + (value / reach) * 46).toFixed(2)}%`;
  const explanation = html`<b>${names[1]}</b> less <b>${names[0]}</b>, on the same queries, with ${confidence}
    intervals. What holds 0 is not settled.`;
  const chart = html`<div class="metrics">
    ${comparisons.map(
      ({ name, difference, wins, ties, losses }) =>
        html`<div class="metric">
          <span class="name">${name}</span>
          <span class="values">
            <span class="chip ${tone(difference)}">${signed(difference.mean)}</span>
            <small>${wins} better, ${ties} same, ${losses} worse</small>
          </span>
          <svg role="img" aria-label="${name}: difference ${signed(difference.mean)}" width="100%" height="24">
            <line class="axis" x1="50%" x2="50%" y1="0" y2="24" />
            <line
              class="whisker ${tone(difference)}"
              x1="${at(difference.low)}"
              x2="${at(difference.high)}"
              y1="12"
              y2="12"
            />
            <circle class="${tone(difference)}" cx="${at(difference.mean)}" cy="12" r="5" />
          </svg>
        </div>`,
    )}
    <div class="scale" aria-hidden="true">
      <span>${signed(-reach / 0.92)}</span><span>0</span><span>${signed(reach / 0.92)}</span>
    </div>
  </div>`;
  const numbers = table(
    `${names[1]} less ${names[0]}; better, same and worse count queries`,
    ["Metric", "Difference", `${confidence} interval`, "Better", "Same", "Worse", "Sign test p"],
    comparisons.map(({ name, difference, wins, ties, losses, signTestP }) => [
      name,
      signed(difference.mean),
      `${signed(difference.low)} to ${signed(difference.high)}`,
      wins,
      ties,
      losses,
      pValue(signTestP),
    ]),
  );
  return figure("The two models", explanation, chart, numbers);
}
