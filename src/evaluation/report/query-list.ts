import type { DocumentExcerpt, QueryChange } from "../query-change.js";
import { ratio, signed } from "./format-number.js";
import { html, type Html } from "./html.js";

/** The queries that gained most, and those that lost most, with what stood first. */
export function queryLists(gained: readonly QueryChange[], lost: readonly QueryChange[], metric: string): Html {
  return html`<section class="queries">
    <div>
      <h3>Gained most</h3>
      ${queryList(gained, "gain", metric)}
    </div>
    <div>
      <h3>Lost most</h3>
      ${queryList(lost, "loss", metric)}
    </div>
  </section>`;
}

function queryList(changes: readonly QueryChange[], tone: "gain" | "loss", metric: string): Html {
  if (changes.length === 0) return html`<p class="muted">No query ${tone === "gain" ? "gained" : "lost"}.</p>`;
  return html`<ul>
    ${changes.map((change) => html`<li>${queryItem(change, tone, metric)}</li>`)}
  </ul>`;
}

function queryItem(change: QueryChange, tone: "gain" | "loss", metric: string): Html {
  const { query, before, after, bestRankBefore, bestRankAfter, firstBefore, firstAfter, bestRelevant } = change;
  return html`<details class="query">
    <summary>
      <span class="text" dir="auto">${query}</span>
      <span class="moved">
        <span class="chip ${tone}" title="${metric}">${signed(after - before)}</span>
        best relevant: rank ${rank(bestRankBefore)} → <b>${rank(bestRankAfter)}</b>
      </span>
    </summary>
    <dl>
      <dt>${metric}</dt>
      <dd>${ratio(before)} → ${ratio(after)}</dd>
      ${documentEntry("First before", firstBefore)} ${documentEntry("First after", firstAfter)}
      ${bestRelevant !== undefined && documentEntry("Best relevant", { text: bestRelevant, isRelevant: true })}
    </dl>
  </details>`;
}

function documentEntry(title: string, document: DocumentExcerpt | undefined): Html | undefined {
  if (document === undefined) return undefined;
  const { text, isRelevant } = document;
  return html`<dt>${title}</dt>
    <dd>
      <span class="mark ${isRelevant ? "relevant" : "other"}">${isRelevant ? "relevant" : "not relevant"}</span>
      <q dir="auto">${text}</q>
    </dd>`;
}

function rank(value: number | undefined): string {
  return value === undefined ? "–" : String(value);
}
