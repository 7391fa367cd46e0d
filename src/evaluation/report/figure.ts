import { html, type Html } from "./html.js";

/** A table, its first column made of headings. Scrolls by itself where it is too wide. */
export function table(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([heading = "", ...cells]) =>
            html`<tr>
              <th scope="row">${heading}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A chart with the table of its numbers folded below it. */
export function figure(title: string, explanation: Html | string, chart: Html, numbers: Html): Html {
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>${explanation}</p>
    </figcaption>
    ${chart}
    <details class="numbers">
      <summary>Numbers</summary>
      ${numbers}
    </details>
  </figure>`;
}
