/** Markup that is safe to put into a page as it is. {@link html} makes it; only the style sheet needs no escaping. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | false | undefined | readonly Part[];

/**
 * A template for markup: texts that are put in are escaped, markup of this template is not, lists are joined.
 *
 * @example
 * html`<p>${"a < b"}</p>`.markup; // "<p>a &lt; b</p>"
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.map((text, index) => text + toMarkup(parts[index])).join("");
  return { markup };
}

function toMarkup(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map(toMarkup).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters and halves of characters are not allowed in HTML at all. */
function escapeText(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cs}/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
