import { describe, expect, test } from "vitest";
import { refusalReason, retryAfterMs } from "../../../src/remote/read-refusal.js";

const reasonOf = (body: string, status = 400) =>
  refusalReason({ status, headers: new Headers(), bytes: new TextEncoder().encode(body) });

describe("refusalReason", () => {
  test.each<[string, string, string]>([
    ["text-embeddings-inference", '{"error":"batch size 40 > 32","error_type":"Validation"}', "batch size 40 > 32"],
    ["Cohere", '{"message":"invalid api token"}', "invalid api token"],
    ["Jina", '{"detail":"No such model."}', "No such model"],
    ["OpenAI", '{"error":{"message":"no such model","code":"x"}}', "no such model"],
    [
      "axum",
      "Failed to buffer the request body:\n length limit exceeded",
      "Failed to buffer the request body: length limit exceeded",
    ],
    ["nobody", "", "Bad Request"],
    ["pydantic, whose details are a list", '{"detail":[{"loc":["query"]}]}', '{"detail":[{"loc":["query"]}]}'],
  ])("reads the format of %s", (_, body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  test("cuts what is long", () => {
    expect(reasonOf("x".repeat(5000))).toHaveLength(301);
  });

  test("has a word for a status without a name", () => {
    expect(reasonOf("", 499)).toBe("no reason given");
  });
});

describe("retryAfterMs", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  const wait = (value: string) => retryAfterMs(new Headers({ "retry-after": value }), now);

  test.each<[string, number | undefined]>([
    ["0", 0],
    ["120", 120_000],
    ["Wed, 21 Oct 2026 07:28:05 GMT", 5000],
    ["Wed, 21 Oct 2026 07:00:00 GMT", 0],
    ["soon", undefined],
  ])("of %s is %s", (value, expected) => {
    expect(wait(value)).toBe(expected);
  });

  test("of nothing is undefined", () => {
    expect(retryAfterMs(new Headers())).toBeUndefined();
  });
});
