import { afterEach, beforeEach, expect, vi, type MockInstance } from "vitest";

const methods = ["log", "info", "warn", "error", "debug"] as const;
let spies: MockInstance[] = [];

beforeEach(() => {
  spies = methods.map((method) => vi.spyOn(console, method));
});

afterEach(() => {
  for (const spy of spies) expect(spy, "a test must not print").not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
