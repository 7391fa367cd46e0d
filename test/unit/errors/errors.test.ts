import { expect, test } from "vitest";

import { CrossrankError, type CrossrankErrorCode, type ErrorDetails } from "../../../src/errors/crossrank-error.js";
import * as errors from "../../../src/errors/errors.js";

type ErrorClass = new (message: string, details?: ErrorDetails, options?: ErrorOptions) => CrossrankError;

/** Written out, since programs rely on it: the compiler wants every code, the test below every class. */
const classes: Record<CrossrankErrorCode, ErrorClass> = {
  INVALID_OPTIONS: errors.InvalidOptionsError,
  INVALID_INPUT: errors.InvalidInputError,
  MODEL_NOT_FOUND: errors.ModelNotFoundError,
  MODEL_GATED: errors.ModelGatedError,
  ACCESS_DENIED: errors.AccessDeniedError,
  INVALID_TOKEN: errors.InvalidTokenError,
  RATE_LIMITED: errors.RateLimitedError,
  HUB_UNREACHABLE: errors.HubUnreachableError,
  DOWNLOAD_FAILED: errors.DownloadError,
  CHECKSUM_MISMATCH: errors.ChecksumMismatchError,
  MODEL_NOT_CACHED: errors.ModelNotCachedError,
  INVALID_MODEL_FILE: errors.InvalidModelFileError,
  UNSUPPORTED_MODEL: errors.UnsupportedModelError,
  TENSOR_NOT_FOUND: errors.TensorNotFoundError,
  SHAPE_MISMATCH: errors.ShapeMismatchError,
  RUNTIME_UNAVAILABLE: errors.RuntimeUnavailableError,
  DEVICE_UNAVAILABLE: errors.DeviceUnavailableError,
  CACHE_UNAVAILABLE: errors.CacheUnavailableError,
  INFERENCE_FAILED: errors.InferenceError,
  NON_FINITE_SCORE: errors.NonFiniteScoreError,
  WORKER_CRASHED: errors.WorkerCrashedError,
  REMOTE_UNAVAILABLE: errors.RemoteUnavailableError,
  REMOTE_REJECTED: errors.RemoteRejectedError,
  INVALID_RESPONSE: errors.InvalidResponseError,
  DISPOSED: errors.DisposedError,
  INPUT_TOO_LONG: errors.InputTooLongError,
  REQUEST_TOO_LARGE: errors.RequestTooLargeError,
  UNAUTHORIZED: errors.UnauthorizedError,
  OVERLOADED: errors.OverloadedError,
  NOT_READY: errors.NotReadyError,
  DEADLINE_EXCEEDED: errors.DeadlineExceededError,
  QUEUE_UNAVAILABLE: errors.QueueUnavailableError,
  MODEL_MISMATCH: errors.ModelMismatchError,
  CHUNK_LOST: errors.ChunkLostError,
};

test.each(Object.entries(classes))("%s has a class of its own", (code, errorClass) => {
  const error = new errorClass("What happened.");
  expect(error.code).toBe(code);
  expect(error.name).toBe(errorClass.name);
});

test("there is a code for every class", () => {
  expect(new Set(Object.values(errors))).toEqual(new Set(Object.values(classes)));
});

test("an error carries its message, details and cause", () => {
  const cause = new TypeError("Why.");
  const error = new errors.InvalidInputError("What happened.", { index: 3 }, { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: "What happened.", details: { index: 3 }, cause });
  expect(String(error)).toBe("InvalidInputError: What happened.");
});

test("an error without details has none", () => {
  expect(new errors.DisposedError("What happened.").details).toEqual({});
});
