/** The HTML report in a real browser; skipped where there is none. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "../../src/evaluation/index.js";
import { exampleReport } from "../helpers/evaluation-report.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const temporaryFolder = useTemporaryFolder();

describe.skipIf(!existsSync(executablePath))("the report in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  /** Opens a report, and notes what it asks the network for and complains of. */
  async function open(options: { width: number; colorScheme?: "light" | "dark" }): Promise<[Page, string[]]> {
    const path = join(temporaryFolder(), "report.html");
    await writeFile(path, renderReport(await exampleReport(2)));
    const page = await browser.newPage({ viewport: { width: options.width, height: 800 }, ...options });
    const noticed: string[] = [];
    const url = pathToFileURL(path).href;
    page.on("request", (request) => {
      if (request.url() !== url) noticed.push(request.url());
    });
    page.on("console", (message) => noticed.push(message.text()));
    page.on("pageerror", (error) => noticed.push(error.message));
    await page.goto(url);
    return [page, noticed];
  }

  test.each([360, 768, 1280])("fits a width of %d, loads nothing and complains of nothing", async (width) => {
    const [page, noticed] = await open({ width });
    for (const isOpen of [false, true]) {
      await page.evaluate(`for (const details of document.querySelectorAll("details")) details.open = ${isOpen}`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
    expect(noticed).toEqual([]);
    expect(await page.title()).toContain("reranking report");
    await page.close();
  });

  test("is dark where the system is", async () => {
    const brightness = async (colorScheme: "light" | "dark") => {
      const [page] = await open({ width: 800, colorScheme });
      const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      await page.close();
      return (color.match(/\d+/g) ?? []).map(Number).reduce((sum, value) => sum + value, 0);
    };
    expect(await brightness("dark")).toBeLessThan(await brightness("light"));
  });

  test("folds open by the keyboard, and shows hostile texts as texts", async () => {
    const [page] = await open({ width: 800 });
    const query = page.locator("details.query").first();
    await query.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await query.getAttribute("open")).toBe("");
    expect(await query.locator("q").first().innerText()).toContain("<script>");
    expect(await page.locator("script, img").count()).toBe(0);
    await page.close();
  });

  test("has the numbers of each chart in a table, and a name for each picture", async () => {
    const [page] = await open({ width: 800 });
    const figures = await page.locator("figure").count();
    expect(figures).toBeGreaterThanOrEqual(8);
    expect(await page.locator("figure table").count()).toBe(figures);
    expect(await page.locator("svg:not([aria-hidden]):not([aria-label])").count()).toBe(0);
    await page.close();
  });

  test.each(["light", "dark"] as const)("has texts that stand out from their ground, %s", async (colorScheme) => {
    const [page] = await open({ width: 800, colorScheme });
    const least = await page.evaluate(readFileSync("test/helpers/least-contrast.js", "utf8"));
    expect(least).toBeGreaterThanOrEqual(4.5);
    await page.close();
  });
});
