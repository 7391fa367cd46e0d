import { expect, test } from "vitest";

import * as errors from "../../../src/errors/errors.js";
import { deserializeError, serializeError } from "../../../src/errors/serialize-error.js";

/** What arrives in another thread. */
function sent(thrown: unknown): Error {
  return deserializeError(structuredClone(serializeError(thrown)));
}

test.each(Object.entries(errors))("%s keeps its class, code, details, message and stack", (_, errorClass) => {
  const error = new errorClass("What happened.", { index: 3, supported: ["a", "b"] });
  const arrived = sent(error);
  expect(arrived).toBeInstanceOf(errorClass);
  expect(arrived).toMatchObject({
    name: error.name,
    code: error.code,
    details: { index: 3, supported: ["a", "b"] },
    message: "What happened.",
    stack: error.stack,
  });
});

test("causes are kept to the last one", () => {
  const last = new RangeError("Why at all.");
  const error = new errors.InferenceError(
    "What.",
    {},
    { cause: new errors.DisposedError("Why.", {}, { cause: last }) },
  );
  const arrived = sent(error);
  expect(arrived.cause).toBeInstanceOf(errors.DisposedError);
  expect((arrived.cause as Error).cause).toMatchObject({
    name: "RangeError",
    message: "Why at all.",
    stack: last.stack,
  });
});

test("an error without a cause arrives without one", () => {
  expect(sent(new errors.DisposedError("What happened."))).not.toHaveProperty("cause");
});

test("a foreign error keeps its name, message and stack", () => {
  const error = new TypeError("What happened.");
  const arrived = sent(error);
  expect(arrived).toBeInstanceOf(Error);
  expect(arrived).toMatchObject({ name: "TypeError", message: "What happened.", stack: error.stack });
  expect(arrived).not.toHaveProperty("code");
});

test("an error without a stack gets one where it arrives", () => {
  const error = new Error("What happened.");
  delete error.stack;
  expect(sent(error).stack).toContain("What happened.");
});

test.each<[string, unknown, string]>([
  ["a text", "What happened.", "What happened."],
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a symbol", Symbol("why"), "Symbol(why)"],
])("%s that was thrown arrives as an error", (_, thrown, message) => {
  expect(sent(thrown)).toMatchObject({ name: "Error", message });
});

test("a cause that is no error arrives as one", () => {
  expect(sent(new Error("What.", { cause: "Why." })).cause).toMatchObject({ name: "Error", message: "Why." });
});

test("an error of a code that this version does not know is still an error", () => {
  const arrived = deserializeError({ name: "NewError", message: "What happened.", code: "NEW" as "DISPOSED" });
  expect(arrived).toMatchObject({ name: "NewError", message: "What happened." });
});
