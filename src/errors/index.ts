export { CrossrankError, type CrossrankErrorCode, type ErrorDetails } from "./crossrank-error.js";
export * from "./errors.js";
export { deserializeError, serializeError, type SerializedError } from "./serialize-error.js";
