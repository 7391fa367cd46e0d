import type { ScoreBin } from "../summarize-reranking.js";
import { figure, table } from "./figure.js";
import { count, percent, score } from "./format-number.js";
import { html, type Html } from "./html.js";

/** Pixels of both halves together. */
const height = 200;
const tickCount = 4;

/** Scores of relevant documents upwards and of others downwards, each as a share of its group. */
export function scoreChart(bins: readonly ScoreBin[]): Html {
  const sumOf = (kind: "relevant" | "other") => bins.reduce((sum, bin) => sum + bin[kind], 0);
  const [relevant, others] = [sumOf("relevant"), sumOf("other")];
  const shares = bins.map((bin) => ({ up: bin.relevant / (relevant || 1), down: bin.other / (others || 1) }));
  const [mostUp, mostDown] = [Math.max(...shares.map(({ up }) => up)), Math.max(...shares.map(({ down }) => down))];
  // One scale for both; the line between them lies where neither half wastes room.
  const pixels = (height - 4) / (mostUp + mostDown || 1);
  const middle = 2 + mostUp * pixels;
  const explanation = html`<span class="key relevant">${count(relevant)} relevant</span>
    <span class="key other">${count(others)} other</span> documents, each as a share of its kind. The less the two
    overlap, the better a threshold tells them apart.`;
  const width = 100 / bins.length;
  const chart = html`<svg
      class="mirror"
      role="img"
      aria-label="Histogram of scores of relevant and other documents; its numbers are below"
      width="100%"
      height="${height}"
    >
      ${shares.map(({ up, down }, index) => {
        const x = `${(index * width + width * 0.08).toFixed(2)}%`;
        const barWidth = `${(width * 0.84).toFixed(2)}%`;
        const [upHeight, downHeight] = [up * pixels, down * pixels];
        return html`<rect
            class="relevant"
            x="${x}"
            width="${barWidth}"
            y="${(middle - upHeight).toFixed(1)}"
            height="${upHeight.toFixed(1)}"
          />
          <rect
            class="other"
            x="${x}"
            width="${barWidth}"
            y="${middle.toFixed(1)}"
            height="${downHeight.toFixed(1)}"
          />`;
      })}
      <line class="axis" x1="0" x2="100%" y1="${middle.toFixed(1)}" y2="${middle.toFixed(1)}" />
    </svg>
    <div class="scale" aria-hidden="true">${ticks(bins).map((tick) => html`<span>${tick}</span>`)}</div>`;
  const numbers = table(
    "Documents by score",
    ["Score", "Relevant", "Share", "Other", "Share"],
    bins.map((bin, index) => [
      `${score(bin.from)} to ${score(bin.to)}`,
      count(bin.relevant),
      percent(shares[index]?.up ?? 0),
      count(bin.other),
      percent(shares[index]?.down ?? 0),
    ]),
  );
  return figure("Scores", explanation, chart, numbers);
}

function ticks(bins: readonly ScoreBin[]): string[] {
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.to ?? 0;
  return Array.from({ length: tickCount + 1 }, (_, index) => score(low + ((high - low) * index) / tickCount));
}
