const marker = Symbol.for("crossrank.error");

/** What went wrong, as a stable name. Codes are never renamed; README lists them. */
export type CrossrankErrorCode =
  | "INVALID_OPTIONS"
  | "INVALID_INPUT"
  | "MODEL_NOT_FOUND"
  | "MODEL_GATED"
  | "ACCESS_DENIED"
  | "INVALID_TOKEN"
  | "RATE_LIMITED"
  | "HUB_UNREACHABLE"
  | "DOWNLOAD_FAILED"
  | "CHECKSUM_MISMATCH"
  | "MODEL_NOT_CACHED"
  | "INVALID_MODEL_FILE"
  | "UNSUPPORTED_MODEL"
  | "TENSOR_NOT_FOUND"
  | "SHAPE_MISMATCH"
  | "RUNTIME_UNAVAILABLE"
  | "DEVICE_UNAVAILABLE"
  | "CACHE_UNAVAILABLE"
  | "INFERENCE_FAILED"
  | "NON_FINITE_SCORE"
  | "WORKER_CRASHED"
  | "REMOTE_UNAVAILABLE"
  | "REMOTE_REJECTED"
  | "INVALID_RESPONSE"
  | "DISPOSED"
  | "INPUT_TOO_LONG"
  | "REQUEST_TOO_LARGE"
  | "UNAUTHORIZED"
  | "OVERLOADED"
  | "NOT_READY"
  | "DEADLINE_EXCEEDED"
  | "QUEUE_UNAVAILABLE"
  | "MODEL_MISMATCH"
  | "CHUNK_LOST";

/** Plain facts about an error; every value can be structured-cloned. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * Base of every error that crossrank throws on purpose.
 *
 * An aborted call is not one of them: it rejects with its signal's `reason`.
 *
 * @example
 * try {
 *   await CrossEncoder.fromPretrained("./no-such-folder");
 * } catch (error) {
 *   if (CrossrankError.isInstance(error)) console.log(error.code); //=> "MODEL_NOT_FOUND"
 * }
 */
export abstract class CrossrankError extends Error {
  abstract override readonly name: string;
  /** What went wrong, for programs. */
  abstract readonly code: CrossrankErrorCode;
  /** The numbers and names behind the message. */
  readonly details: ErrorDetails;
  /** @internal */
  readonly [marker] = true;

  constructor(message: string, details: ErrorDetails = {}, options: ErrorOptions = {}) {
    super(message, options);
    this.details = details;
  }

  /** Tells a crossrank error from any other, also across two copies of the package (unlike `instanceof`). */
  static isInstance(error: unknown): error is CrossrankError {
    return typeof error === "object" && error !== null && marker in error;
  }
}
