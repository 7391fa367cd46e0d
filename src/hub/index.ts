export { type ActivationName } from "./activation-name.js";
export { chooseWeights, type WeightsWish } from "./choose-weights.js";
export { listModelFiles } from "./list-model-files.js";
export { loadModelSettings, type ModelSettings, type SettingsOverrides } from "./load-model-settings.js";
export { chooseOnnxFile, type OnnxDtype, type OnnxFile, type OnnxWish } from "./onnx-files.js";
export { resolveModelFolder } from "./model-folder.js";
