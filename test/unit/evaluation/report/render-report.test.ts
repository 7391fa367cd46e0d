import { describe, expect, test } from "vitest";
import { renderReport } from "../../../../src/evaluation/index.js";
import { html } from "../../../../src/evaluation/report/html.js";
import { exampleReport, hostileText } from "../../../helpers/evaluation-report.js";

describe("the template", () => {
  test("escapes texts, also in attributes, and keeps markup of its own", () => {
    const inner = html`<b title="${`"'`}">${"a < b & c"}</b>`;
    expect(html`<p>${[inner, inner]}${false}${undefined}${7}</p>`.markup).toBe(
      `<p>${`<b title="&quot;&#39;">a &lt; b &amp; c</b>`.repeat(2)}7</p>`,
    );
  });

  test("replaces what HTML cannot hold", () => {
    expect(html`${"a\0b\ud800c\td\u0085"}`.markup).toBe("a\ufffdb\ufffdc\td\ufffd");
  });
});

describe("the page", () => {
  test("holds texts as texts, loads nothing and runs nothing", async () => {
    const page = renderReport(await exampleReport(2));
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/i);
    expect(page).not.toContain(hostileText);
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toMatch(/<(script|img|link|iframe|object)|<[^>]*\s(src|on\w+)=|url\(|@import/i);
    expect(page).not.toMatch(/href="(?!#)/);
    expect(page).toContain("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;");
  });

  test("is the same for a report that was written as JSON and read again", async () => {
    const report = await exampleReport();
    const again = JSON.parse(JSON.stringify(report)) as typeof report;
    expect(renderReport(again)).toBe(renderReport(report));
  });
});
