export { openInt8Checkpoint } from "./int8-cache.js";
export { int8Contents, isInt8Checkpoint, writeInt8Checkpoint, type Int8Contents } from "./int8-checkpoint.js";
