import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as errors from "../../../src/errors/errors.js";

const readme = readFileSync("README.md", "utf8");

test.each(Object.values(errors).map((errorClass) => new errorClass("").code))("README explains %s", (code) => {
  expect(readme).toMatch(new RegExp(`^\\|.*\`${code}\`.*\\|.*\\|$`, "m"));
});
