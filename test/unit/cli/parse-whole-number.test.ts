import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";

import { wholeNumberFrom } from "../../../src/cli/parse-whole-number.js";

test.each([
  ["0", 0],
  ["1", 1],
  ["007", 7],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("reads %j", (text, value) => {
  expect(wholeNumberFrom(0)(text)).toBe(value);
});

test.each(["", " 1", "1.5", "1.0", "-1", "+1", "1e3", "0x10", "x", "1x", "NaN", "Infinity", "9007199254740992", "١"])(
  "refuses %j",
  (text) => {
    expect(() => wholeNumberFrom(0)(text)).toThrow(InvalidArgumentError);
  },
);

test("refuses less than its minimum, naming it", () => {
  expect(() => wholeNumberFrom(1)("0")).toThrow("It must be a whole number of at least 1.");
});

test("refuses more than its maximum, naming both ends", () => {
  expect(wholeNumberFrom(0, 65_535)("65535")).toBe(65_535);
  expect(() => wholeNumberFrom(0, 65_535)("65536")).toThrow("It must be a whole number from 0 to 65535.");
});
