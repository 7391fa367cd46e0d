export { RemoteCrossEncoder } from "./remote-cross-encoder.js";
export type { RemoteApi, RemoteOptions } from "./remote-options.js";
