import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Stops a test run on a package that is not built from the sources as they are: it would test something else. */
export default function requireBuild(): void {
  const built = statSync("dist/worker.js", { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((file) => statSync(join("src", file)))
    .filter((stats) => stats.isFile())
    .reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0);
  if (built < newest) throw new Error("dist is missing or older than src. Run: npm run build");
}
