import { expect, test } from "vitest";

import { parseModelId } from "../../../src/hub/model-id.js";

test.each([
  ["cross-encoder/ms-marco-MiniLM-L6-v2", "cross-encoder/ms-marco-MiniLM-L6-v2"],
  ["ms-marco-MiniLM-L6-v2", "cross-encoder/ms-marco-MiniLM-L6-v2"],
  ["a/b.c_d-e", "a/b.c_d-e"],
])("%j is %j", (text, id) => {
  expect(parseModelId(text)).toBe(id);
});

test.each([
  ...["", ".", "..", "a/b/c", "/a", "a/", "./a", "../a", "a\\b", "C:\\a", "C:a", "~/a", "a b", "a/b?c", "a/b#c"],
  ...["a--b/c", "a/b..c", "a/b.git", "-a/b", "a/b-", `a/${"b".repeat(97)}`, "ä/b"],
])("%j can only be a path", (text) => {
  expect(parseModelId(text)).toBeUndefined();
});
