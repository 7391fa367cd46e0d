import { expect, test } from "vitest";
import { z } from "zod";
import { describeIssues, listIssues } from "../../../src/json/index.js";

function issuesOf(value: unknown): z.ZodError {
  const { error } = z.array(z.object({ size: z.number("a number") }, "an object"), "a list").safeParse(value);
  if (error === undefined) throw new Error("The value is meant to be wrong.");
  return error;
}

test("names the place and the reason of each", () => {
  expect(describeIssues(issuesOf([{ size: "1" }, null]))).toBe("0.size: a number; 1: an object");
});

test("calls the whole file by that name", () => {
  expect(describeIssues(issuesOf({}))).toBe("the file: a list");
});

test("shows the first five of a damaged file's thousands, and counts the rest", () => {
  const error = issuesOf(Array(1000).fill(0));
  expect(describeIssues(error)).toMatch(/^0: an object; .*4: an object; and 995 more$/);
  expect(listIssues(error)).toHaveLength(1000);
});
