export { type ActivationName } from "./activation-name.js";
export { chooseWeights, weightsWish } from "./choose-weights.js";
export { type ModuleChain } from "./module-chain.js";
export { listModelFiles } from "./list-model-files.js";
export { loadModelSettings, type ModelSettings, type SettingsOverrides } from "./load-model-settings.js";
export { type OnnxFile } from "./onnx-files.js";
export type { DownloadProgress, GivenHubOptions, HubOptions } from "../downloads/index.js";
export { transformerFiles } from "./saved-modules.js";
export { resolveModelFolder } from "./model-folder.js";
