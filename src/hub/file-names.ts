/** Paths of a model's files in its folder, and so in its repository. */

export const configName = "config.json";
export const modulesName = "modules.json";
export const singleName = "model.safetensors";
export const shardIndexName = "model.safetensors.index.json";
/** Where exporters put it. */
export const defaultOnnxPath = "onnx/model.onnx";
