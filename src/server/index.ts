export { createServer, RerankServer } from "./create-server.js";
export type { CloseOptions, ListenOptions, ServedModelOptions, ServerLimits, ServerOptions } from "./server-options.js";
