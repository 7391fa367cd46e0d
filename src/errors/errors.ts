import { CrossrankError } from "./crossrank-error.js";

/** An option has the wrong type or value, or does not exist. `details.issues`: path and reason of each. */
export class InvalidOptionsError extends CrossrankError {
  override readonly name = "InvalidOptionsError";
  readonly code = "INVALID_OPTIONS";
}

/** A query, document or pair is not what the call takes. `details`: `argument`, and `index` in a list. */
export class InvalidInputError extends CrossrankError {
  override readonly name = "InvalidInputError";
  readonly code = "INVALID_INPUT";
}

/**
 * There is no model at the given place. `details`: `model`, and `missing` files; of a model of the Hub also `revision`,
 * and `url` and `status` where the Hub said so.
 */
export class ModelNotFoundError extends CrossrankError {
  override readonly name = "ModelNotFoundError";
  readonly code = "MODEL_NOT_FOUND";
}

/** The conditions of the model's authors must be accepted first. `details`: `model`, `url`, `status`. */
export class ModelGatedError extends CrossrankError {
  override readonly name = "ModelGatedError";
  readonly code = "MODEL_GATED";
}

/** The Hub refuses a model to this account or token. `details`: `model`, `url`, `status`. */
export class AccessDeniedError extends CrossrankError {
  override readonly name = "AccessDeniedError";
  readonly code = "ACCESS_DENIED";
}

/** The Hub does not know the access token. It is in neither message nor details. `details`: `model`, `url`, `status`. */
export class InvalidTokenError extends CrossrankError {
  override readonly name = "InvalidTokenError";
  readonly code = "INVALID_TOKEN";
}

/** The Hub had too many requests, and waiting did not help. `details`: `model`, `url`, and `retryAfterMs` if it said so. */
export class RateLimitedError extends CrossrankError {
  override readonly name = "RateLimitedError";
  readonly code = "RATE_LIMITED";
}

/** There is no connection to the Hub, or it broke or stalled. `details`: `model`, `url`, `reason`; `cause` if known. */
export class HubUnreachableError extends CrossrankError {
  override readonly name = "HubUnreachableError";
  readonly code = "HUB_UNREACHABLE";
}

/** The Hub failed, or answered what no Hub answers. `details`: `model`, `url`, `status`, `isRetryable`. */
export class DownloadError extends CrossrankError {
  override readonly name = "DownloadError";
  readonly code = "DOWNLOAD_FAILED";
}

/** What came is not the file that the Hub listed. `details`: `model`, `file`, `expected`, `actual`. */
export class ChecksumMismatchError extends CrossrankError {
  override readonly name = "ChecksumMismatchError";
  readonly code = "CHECKSUM_MISMATCH";
}

/** Nothing may be downloaded, and the cache lacks the model. `details`: `model`, `revision`, `cacheDir`, `missing`. */
export class ModelNotCachedError extends CrossrankError {
  override readonly name = "ModelNotCachedError";
  readonly code = "MODEL_NOT_CACHED";
}

/** A model file is damaged or contradicts another. `details`: `path`, and `tensor`, `byteOffset` where known. */
export class InvalidModelFileError extends CrossrankError {
  override readonly name = "InvalidModelFileError";
  readonly code = "INVALID_MODEL_FILE";
}

/** The model is sound but of a kind crossrank does not run. `details`: `field`, `value`, `supported`. */
export class UnsupportedModelError extends CrossrankError {
  override readonly name = "UnsupportedModelError";
  readonly code = "UNSUPPORTED_MODEL";
}

/** The checkpoint lacks weights that its config calls for. `details`: `path`, `missing`, `unexpected`. */
export class TensorNotFoundError extends CrossrankError {
  override readonly name = "TensorNotFoundError";
  readonly code = "TENSOR_NOT_FOUND";
}

/** A weight has another shape than the config calls for. `details`: `path`, `tensor`, `expected`, `actual`. */
export class ShapeMismatchError extends CrossrankError {
  override readonly name = "ShapeMismatchError";
  readonly code = "SHAPE_MISMATCH";
}

/** onnxruntime-node, or a library it needs, is not installed or does not load. `cause` is the loader's error. */
export class RuntimeUnavailableError extends CrossrankError {
  override readonly name = "RuntimeUnavailableError";
  readonly code = "RUNTIME_UNAVAILABLE";
}

/** The device that is asked for is not there, or cannot be used. `details`: `device`, and the `library` that is missing. */
export class DeviceUnavailableError extends CrossrankError {
  override readonly name = "DeviceUnavailableError";
  readonly code = "DEVICE_UNAVAILABLE";
}

/** The folder for converted or downloaded files cannot be written to. `details.path`; `cause` is the system's error. */
export class CacheUnavailableError extends CrossrankError {
  override readonly name = "CacheUnavailableError";
  readonly code = "CACHE_UNAVAILABLE";
}

/** ONNX Runtime failed on a micro-batch or on the graph. `details`: what was run; `cause` is its error. */
export class InferenceError extends CrossrankError {
  override readonly name = "InferenceError";
  readonly code = "INFERENCE_FAILED";
}

/** The model gave NaN or an infinity. `details.indices`: which inputs. */
export class NonFiniteScoreError extends CrossrankError {
  override readonly name = "NonFiniteScoreError";
  readonly code = "NON_FINITE_SCORE";
}

/** A worker thread ended in the middle of a call; the next call starts a new one. `details.exitCode`, or `cause`. */
export class WorkerCrashedError extends CrossrankError {
  override readonly name = "WorkerCrashedError";
  readonly code = "WORKER_CRASHED";
}

/**
 * No service answered in time, or all that did were overloaded, after all retries. `details`: `url`, `status` if there
 * was an answer, `retryAfterMs` if it told when to come back; `cause` is the connection's error.
 */
export class RemoteUnavailableError extends CrossrankError {
  override readonly name = "RemoteUnavailableError";
  readonly code = "REMOTE_UNAVAILABLE";
}

/** A service refused a request, and would again. `details`: `url`, `status`, `reason` in the service's words. */
export class RemoteRejectedError extends CrossrankError {
  override readonly name = "RemoteRejectedError";
  readonly code = "REMOTE_REJECTED";
}

/** A service's answer is not of the format that it was asked in. `details`: `url`, and what was wrong. */
export class InvalidResponseError extends CrossrankError {
  override readonly name = "InvalidResponseError";
  readonly code = "INVALID_RESPONSE";
}

/** The encoder was disposed before or during the call. */
export class DisposedError extends CrossrankError {
  override readonly name = "DisposedError";
  readonly code = "DISPOSED";
}

/** A request to a server forbids truncation, and a pair does not fit. `details`: `index`, `tokens`, `limit`. */
export class InputTooLongError extends CrossrankError {
  override readonly name = "InputTooLongError";
  readonly code = "INPUT_TOO_LONG";
}

/** A request to a server has more documents or characters than one may have. `details`: what it has, and `limit`. */
export class RequestTooLargeError extends CrossrankError {
  override readonly name = "RequestTooLargeError";
  readonly code = "REQUEST_TOO_LARGE";
}

/** A request to a server came without one of its keys. */
export class UnauthorizedError extends CrossrankError {
  override readonly name = "UnauthorizedError";
  readonly code = "UNAUTHORIZED";
}

/** A server's queue is full. `details`: `queuedTokens`, `limit`, `retryAfterMs`. */
export class OverloadedError extends CrossrankError {
  override readonly name = "OverloadedError";
  readonly code = "OVERLOADED";
}

/** A server is loading its model, or is shutting down. `details.state`. */
export class NotReadyError extends CrossrankError {
  override readonly name = "NotReadyError";
  readonly code = "NOT_READY";
}

/** A server did not answer within the time that a request may take. `details.timeoutMs`. */
export class DeadlineExceededError extends CrossrankError {
  override readonly name = "DeadlineExceededError";
  readonly code = "DEADLINE_EXCEEDED";
}

/** BullMQ or ioredis is not installed, or Redis cannot be reached or refuses. `details.redis`: host and port. */
export class QueueUnavailableError extends CrossrankError {
  override readonly name = "QueueUnavailableError";
  readonly code = "QUEUE_UNAVAILABLE";
}

/** A worker's model is not the one that others scored the same submission with. `details`: `submission`, `folder`. */
export class ModelMismatchError extends CrossrankError {
  override readonly name = "ModelMismatchError";
  readonly code = "MODEL_MISMATCH";
}

/** Redis no longer has a chunk that was submitted, or its job failed. `details`: `submission`, `chunk`, `firstIndex`. */
export class ChunkLostError extends CrossrankError {
  override readonly name = "ChunkLostError";
  readonly code = "CHUNK_LOST";
}
