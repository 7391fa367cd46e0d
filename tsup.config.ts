import { chmod } from "node:fs/promises";
import { defineConfig } from "tsup";

const shared = {
  target: "node20",
  splitting: false,
  // tsup leaves dependencies and peers out of the bundle by itself, but not optional dependencies.
  external: ["onnxruntime-node", "@opentelemetry/api"],
  loader: { ".html": "text" as const },
  // A class that names itself is renamed by esbuild, and would be shown as _CrossEncoder.
  keepNames: true,
};

const libraries = {
  index: "src/index.ts",
  evaluation: "src/evaluation/index.ts",
  server: "src/server/index.ts",
  bulk: "src/bulk/index.ts",
};

const adapters = {
  langchain: "src/integrations/langchain.ts",
  llamaindex: "src/integrations/llamaindex.ts",
  "ai-sdk": "src/integrations/ai-sdk.ts",
};

export default defineConfig([
  // Split, so that what only some programs need (a tokenizer on the caller's thread) is loaded by those only.
  { ...shared, splitting: true, entry: libraries, format: ["esm"] },
  { ...shared, entry: libraries, format: ["cjs"], shims: true },
  // Each stands alone, with its framework left outside: who uses one of them need not have the others.
  { ...shared, entry: adapters, format: ["esm", "cjs"] },
  // The declarations of all at once: the compiler takes longest.
  { ...shared, entry: { ...libraries, ...adapters }, format: ["esm", "cjs"], dts: { only: true } },
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
