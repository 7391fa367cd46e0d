import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const table = readFileSync("test/PEER-TESTS.md", "utf8");
const references = [...table.matchAll(/`(test\/[\w./-]+\.test\.ts)`: "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
  file,
  title,
}));

test("the table of the peer's tests names dozens of ours", () => {
  expect(references.length).toBeGreaterThan(30);
});

test.each(references)("$file has the test $title", ({ file, title }) => {
  expect(readFileSync(file, "utf8")).toContain(title);
});
