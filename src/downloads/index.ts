export { defaultTiming, type Connection, type RepositoryKind, type Timing } from "./connection.js";
export { downloadFile } from "./download-file.js";
export { listRepository, lookUpCommit } from "./hub-client.js";
export type { DownloadProgress, GivenHubOptions, HubOptions } from "./hub-options.js";
export { findToken, resolveHubSettings, type HubSettings } from "./hub-settings.js";
export { RepositoryCache } from "./repository-cache.js";
export { isCommitHash, isInnerPath, type RepositoryFile } from "./repository-file.js";
export { isRetryable } from "./with-retries.js";
