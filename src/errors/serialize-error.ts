import { CrossrankError, type CrossrankErrorCode, type ErrorDetails } from "./crossrank-error.js";
import * as errors from "./errors.js";

/** An error as it crosses a thread: a posted `Error` would lose its class, code and details. */
export interface SerializedError {
  name: string;
  message: string;
  code?: CrossrankErrorCode;
  details?: ErrorDetails;
  stack?: string;
  cause?: SerializedError;
}

const classes = new Map(Object.values(errors).map((errorClass) => [new errorClass("").code, errorClass]));

/** Turns any thrown value into a plain object that {@link deserializeError} turns back. */
export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
    ...(CrossrankError.isInstance(error) ? { code: error.code, details: error.details } : {}),
  };
}

/** Rebuilds the error with its class, code, details, cause and the stack of the thread it was thrown in. */
export function deserializeError(serialized: SerializedError): Error {
  const options = serialized.cause === undefined ? {} : { cause: deserializeError(serialized.cause) };
  const errorClass = serialized.code === undefined ? undefined : classes.get(serialized.code);
  const error =
    errorClass === undefined
      ? Object.assign(new Error(serialized.message, options), { name: serialized.name })
      : new errorClass(serialized.message, serialized.details, options);
  if (serialized.stack !== undefined) error.stack = serialized.stack;
  return error;
}
