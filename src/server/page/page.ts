import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import html from "./page.html";

/** The page at `/`. It asks this server and no other; the browser is told to hold it to that. */
export function addPage(app: FastifyInstance): void {
  const policy = [
    "default-src 'none'",
    `script-src ${hashesOf("script")}`,
    `style-src ${hashesOf("style")}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  app.get("/", async (_, reply) =>
    reply
      .headers({ "content-security-policy": policy, "referrer-policy": "no-referrer", "cache-control": "no-cache" })
      .type("text/html; charset=utf-8")
      .send(html),
  );
}

function hashesOf(tag: "script" | "style"): string {
  const contents = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(
    ([, content]) => content as string,
  );
  return contents.map((content) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`).join(" ");
}
