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

/** There is no model at the given place. `details`: `model`, and `missing` files. */
export class ModelNotFoundError extends CrossrankError {
  override readonly name = "ModelNotFoundError";
  readonly code = "MODEL_NOT_FOUND";
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

/** The folder for converted weights cannot be written to. `details.path`; `cause` is the system's error. */
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

/** The encoder was disposed before or during the call. */
export class DisposedError extends CrossrankError {
  override readonly name = "DisposedError";
  readonly code = "DISPOSED";
}
