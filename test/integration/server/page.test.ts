import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { createServer, type RerankServer } from "crossrank/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

describe.skipIf(executablePath === undefined)("the page (needs Chromium, or its path in CHROMIUM)", () => {
  let server: RerankServer;
  let browser: Browser;
  let page: Page;
  let url: string;
  const problems: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    server = createServer({ models: [{}, { name: "short", maxLength: 16 }] });
    await server.loaded;
    url = await server.listen({ port: 0 });
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => !request.url().startsWith(url) && foreign.push(request.url()));
    await page.goto(url);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const status = () => page.locator("#status").textContent();
  const ranked = () => page.locator("#results li .text").allTextContents();

  test("ranks by keyboard alone, and shows scores, timing and the same for curl", async () => {
    await page.locator("#query").focus();
    await page.keyboard.type("how do you find mass?");
    await page.keyboard.press("Tab");
    await page.keyboard.type("High Mass is sung.");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Divide the weight by gravity.");
    await page.keyboard.press("Control+Enter");
    await page.locator("#results li").nth(1).waitFor();
    expect(await ranked()).toEqual(["Divide the weight by gravity.", "High Mass is sung."]);
    expect(await status()).toMatch(/^2 documents, \d+ tokens, nothing was cut\. \d+ ms \(queue \d+ ms/);
    const [best, other] = await Promise.all([0, 1].map((index) => page.locator(".bar").nth(index).boundingBox()));
    expect(best?.width).toBeGreaterThan(other?.width ?? 0);
    expect(await page.locator("#curl").textContent()).toContain(`curl ${url}/v1/rerank`);
  });

  test("ranks a file that is opened, and says what was cut", async () => {
    const buffer = Buffer.from(`${"word ".repeat(100)}\n\nshort`);
    await page.locator("#file").setInputFiles({ name: "documents.txt", mimeType: "text/plain", buffer });
    await page.locator("#model").selectOption("short");
    await page.locator("#rank").click();
    await page.locator(".note").waitFor();
    expect(await status()).toContain("1 cut");
    expect(await page.locator(".note").count()).toBe(1);
  });

  test("fits a phone", async () => {
    const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    expect((widths as number[])[0]).toBeLessThanOrEqual((widths as number[])[1] as number);
  });

  test("shows the server's error", async () => {
    await page.locator("#documents").fill("x\n".repeat(1001));
    await page.locator("#rank").click();
    await page.locator("#status.wrong").waitFor();
    expect(await status()).toContain("at most 1000 documents");
  });

  test("asks nobody but the server, and has no errors of its own", () => {
    expect(foreign).toEqual([]);
    expect(problems.filter((text) => !text.includes("422"))).toEqual([]);
  });
});
