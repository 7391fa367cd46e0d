export { type ActivationName } from "./activation-name.js";
export { type ModuleChain } from "./module-chain.js";
export { downloadDataset, type WantedFiles } from "./download-dataset.js";
export { loadModelSettings, type ModelSettings, type SettingsOverrides } from "./load-model-settings.js";
export type { DownloadProgress, GivenHubOptions, HubOptions } from "../downloads/index.js";
export { transformerFiles } from "./saved-modules.js";
export { resolveModelFolder } from "./model-folder.js";
