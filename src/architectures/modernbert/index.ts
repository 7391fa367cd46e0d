export { type GraphPrecision } from "./build-graph.js";
export { describeModernBert, type ModernBert } from "./describe-modernbert.js";
export { type ConfigSource } from "./modernbert-config.js";
