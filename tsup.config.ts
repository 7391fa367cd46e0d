import { defineConfig } from "tsup";

// tsup leaves dependencies and peers out of the bundle by itself, but not optional dependencies.
const shared = { target: "node20", sourcemap: true, clean: false, external: ["onnxruntime-node"] };

export default defineConfig([
  { ...shared, entry: { index: "src/index.ts" }, format: ["esm", "cjs"], dts: true, shims: true, splitting: false },
  // The worker and the command line are programs, not libraries: nothing requires them, so one format serves both.
  {
    ...shared,
    entry: { worker: "src/inference/worker.ts", cli: "src/cli/main.ts" },
    format: ["esm"],
    splitting: false,
  },
]);
