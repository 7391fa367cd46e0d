export { checkTensors } from "./check-tensors.js";
export type { Checkpoint, CheckpointFile, TensorEntry } from "./checkpoint.js";
export type { Dtype } from "./dtype.js";
export { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from "./half-precision.js";
export { openCheckpoint } from "./open-checkpoint.js";
export { openModuleCheckpoints } from "./open-module-checkpoints.js";
export { readTensor, streamTensor } from "./read-tensor.js";
export { requireWeightDtype, weightDtypes, type WeightDtype } from "./weight-dtype.js";
export { writeSafetensors, type TensorSource } from "./write-safetensors.js";
