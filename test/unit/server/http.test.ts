import { expect, test } from "vitest";
import { InferenceError, OverloadedError } from "../../../src/errors/index.js";
import { decodeTexts, encodeFloats } from "../../../src/server/formats/kserve-tensors.js";
import { TokenEstimator } from "../../../src/server/batching/token-estimator.js";
import { createAuthentication } from "../../../src/server/http/authentication.js";
import { formatProblem } from "../../../src/server/http/error-formats.js";
import { describeProblem } from "../../../src/server/http/error-status.js";

test("an unknown error tells the client nothing of itself", () => {
  expect(JSON.stringify(describeProblem(new Error("secret path /home/user")))).not.toContain("secret");
  expect(describeProblem("thrown").status).toBe(500);
});

test("errors have their statuses", () => {
  expect(describeProblem(new OverloadedError("Full.", { retryAfterMs: 2500 }))).toMatchObject({
    status: 429,
    retryAfterMs: 2500,
  });
  expect(describeProblem(new InferenceError("Failed.")).status).toBe(500);
  expect(describeProblem(Object.assign(new Error("quotes the body"), { statusCode: 413 })).code).toBe("BODY_TOO_LARGE");
});

test("each format has its error body", () => {
  const problem = { status: 422, code: "REQUEST_TOO_LARGE", message: "Too many." };
  expect(formatProblem(problem, "tei")).toEqual({
    status: 422,
    body: { error: "Too many.", error_type: "Validation" },
  });
  expect(formatProblem(problem, "kserve")).toEqual({ status: 422, body: { error: "Too many." } });
  expect(formatProblem(problem, "voyage")).toMatchObject({ status: 400, body: { detail: "Too many." } });
  expect(formatProblem(problem, "common").body).toEqual({
    error: { message: "Too many.", type: "invalid_request_error", code: "REQUEST_TOO_LARGE", param: null },
    message: "Too many.",
    detail: "Too many.",
  });
});

test("any of the keys passes, nothing else does", () => {
  const authenticate = createAuthentication(["one", "two"]);
  for (const header of ["Bearer one", "bearer two"]) expect(() => authenticate(header)).not.toThrow();
  for (const header of [undefined, "", "Bearer", "Bearer three", "Basic one", "Bearer on"])
    expect(() => authenticate(header)).toThrow(expect.objectContaining({ code: "UNAUTHORIZED" }));
  expect(() => createAuthentication([])(undefined)).not.toThrow();
});

test("texts are read from their bytes, and what are no texts is refused", () => {
  const bytes = Buffer.concat(["é", "", "ab"].flatMap((text) => [lengthOf(text), Buffer.from(text)]));
  expect(decodeTexts(bytes, "documents")).toEqual(["é", "", "ab"]);
  for (const broken of [bytes.subarray(0, 2), bytes.subarray(0, 5), Buffer.from([1, 0, 0, 0, 255])])
    expect(() => decodeTexts(broken, "documents")).toThrow(/documents/);
  expect([...encodeFloats([1])]).toEqual([0, 0, 128, 63]);
});

function lengthOf(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Buffer.byteLength(text));
  return bytes;
}

test("estimates follow what tokenizing finds, up to the model's length", () => {
  const estimator = new TokenEstimator(512);
  expect(estimator.estimate(400)).toBe(103);
  for (let call = 0; call < 100; call++) estimator.correct(2000, 2000);
  expect(estimator.estimate(400)).toBeGreaterThan(390);
  expect(estimator.estimate(1e6)).toBe(512);
});
