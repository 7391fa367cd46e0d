import { expect, test } from "vitest";
import { BaseUrls } from "../../../src/remote/base-urls.js";

test("each base URL is the first to be asked in turn", () => {
  const urls = new BaseUrls(["a", "b", "c"]);
  expect([urls.inOrder(), urls.inOrder(), urls.inOrder(), urls.inOrder()].map((order) => order.join(""))).toEqual([
    "abc",
    "bca",
    "cab",
    "abc",
  ]);
});

test("one that failed is asked last, until it has rested or answered", () => {
  let now = 0;
  const urls = new BaseUrls(["a", "b"], () => now);
  urls.noteFailure("a");
  expect(urls.inOrder()).toEqual(["b", "a"]);
  now = 9999;
  urls.inOrder();
  expect(urls.inOrder()).toEqual(["b", "a"]);
  now = 10_000;
  urls.inOrder();
  expect(urls.inOrder()).toEqual(["a", "b"]);
  urls.noteFailure("b");
  urls.noteSuccess("b");
  expect(urls.inOrder()).toEqual(["b", "a"]);
});

test("where all have failed, all are asked", () => {
  const urls = new BaseUrls(["a", "b"]);
  urls.noteFailure("a");
  urls.noteFailure("b");
  expect(urls.inOrder()).toEqual(["a", "b"]);
});
