import { describe, expect, test, vi } from "vitest";

import { CrossrankError, DisposedError } from "../../../src/errors/index.js";

describe("CrossrankError.isInstance", () => {
  test("knows an error of another copy of the package, which instanceof does not", async () => {
    vi.resetModules();
    const copy = await import("../../../src/errors/index.js");
    const error = new copy.DisposedError("What happened.");
    expect(error).not.toBeInstanceOf(CrossrankError);
    expect(CrossrankError.isInstance(error)).toBe(true);
    expect(copy.CrossrankError.isInstance(new DisposedError("What happened."))).toBe(true);
  });

  test.each<[string, unknown]>([
    ["a foreign error", Object.assign(new Error("What happened."), { code: "DISPOSED", name: "DisposedError" })],
    ["a plain object", { code: "DISPOSED", details: {} }],
    ["a text", "crossrank.error"],
    ["null", null],
    ["undefined", undefined],
  ])("is false for %s", (_, error) => {
    expect(CrossrankError.isInstance(error)).toBe(false);
  });
});
