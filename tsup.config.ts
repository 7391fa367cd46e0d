import { chmod } from "node:fs/promises";
import { defineConfig } from "tsup";

const shared = {
  target: "node20",
  splitting: false,
  // tsup leaves dependencies and peers out of the bundle by itself, but not optional dependencies.
  external: ["onnxruntime-node"],
};

export default defineConfig([
  { ...shared, entry: { index: "src/index.ts" }, format: ["esm", "cjs"], dts: true, shims: true },
  { ...shared, entry: { bulk: "src/bulk/index.ts" }, format: ["esm", "cjs"], dts: true, shims: true },
  // The worker and the command line are programs, not libraries: nothing requires them, so one format serves both.
  // What a command imports only when it runs is split off, or every command would load it.
  {
    ...shared,
    splitting: true,
    entry: { worker: "src/inference/worker.ts", cli: "src/cli/main.ts" },
    format: ["esm"],
    onSuccess: () => chmod("dist/cli.js", 0o755),
  },
]);
