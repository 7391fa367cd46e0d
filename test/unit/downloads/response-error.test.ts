import { expect, test } from "vitest";

import { retryAfterOf } from "../../../src/downloads/response-error.js";

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ "retry-after": "7" }, 7000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
  [{ "retry-after": "soon" }, undefined],
  [{ ratelimit: '"resolvers";r=0;t=55' }, 55_000],
  [{ "retry-after": "3", ratelimit: '"resolvers";r=0;t=55' }, 3000],
])("%j asks to wait %s ms", (headers, milliseconds) => {
  expect(retryAfterOf(new Headers(headers))).toBe(milliseconds);
});

test("a date asks to wait until then", () => {
  const date = new Date(Date.now() + 10_000).toUTCString();
  const milliseconds = retryAfterOf(new Headers({ "retry-after": date }));
  expect(milliseconds).toBeGreaterThan(8000);
  expect(milliseconds).toBeLessThanOrEqual(10_000);
});
