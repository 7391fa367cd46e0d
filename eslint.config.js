import tseslint from "typescript-eslint";

/** Layers from the top down: a folder may import from those in the rows below it, never from its own row or above. */
const layers = [
  ["cli"],
  ["server", "remote", "integrations"],
  ["conversion", "bulk"],
  ["evaluation"],
  ["cross-encoder"],
  ["inference", "hub"],
  ["architectures"],
  ["tokenization", "planning", "quantization", "downloads"],
  ["head"],
  ["safetensors", "onnx"],
  ["json", "files", "machine", "options"],
  ["errors"],
];

/** Each of these packages is known to one file only. */
const packageOwners = {
  bullmq: "src/bulk/bullmq.ts",
  ioredis: "src/bulk/redis.ts",
  "onnxruntime-node": "src/inference/session.ts",
  "@huggingface/tokenizers": "src/tokenization/pair-tokenizer.ts",
  "protobufjs/light.js": "src/onnx/onnx-messages.ts",
  "@huggingface/hub": "src/downloads/hub-client.ts",
  "proper-lockfile": "src/downloads/with-lock.ts",
  "pure-rand/distribution/uniformInt": "src/evaluation/bootstrap.ts",
  "pure-rand/generator/xoroshiro128plus": "src/evaluation/bootstrap.ts",
  hyparquet: "src/evaluation/data/read-parquet.ts",
  "prom-client": "src/server/metrics.ts",
  "@opentelemetry/api": "src/server/tracing.ts",
};

const ownedPackages = Object.entries(packageOwners).map(([name, owner]) => ({
  name,
  message: `Only ${owner} imports it.`,
  allowTypeImports: false,
}));

function restrictedImports(forbiddenFolders, file) {
  const paths = ownedPackages.filter(({ name }) => packageOwners[name] !== file);
  const patterns = forbiddenFolders.map((folder) => ({
    group: [`**/${folder}/**`],
    message: "Imports only go down the layers (see ARCHITECTURE.md).",
  }));
  return { "@typescript-eslint/no-restricted-imports": ["error", { paths, patterns }] };
}

function forbiddenTo(folder) {
  const row = layers.findIndex((names) => names.includes(folder));
  return layers
    .slice(0, row + 1)
    .flat()
    .filter((name) => name !== folder);
}

const layerRules = layers.flat().map((folder) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: restrictedImports(forbiddenTo(folder)),
}));

const ownerRules = Object.values(packageOwners).map((file) => ({
  files: [file],
  rules: restrictedImports(forbiddenTo(file.split("/")[1]), file),
}));

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "test/bench/*/node_modules/", "test/clients/"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 4],
      "max-depth": ["error", 3],
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: "Throw a CrossrankError of src/errors, with a code and details.",
        },
      ],
    },
  },
  ...layerRules,
  ...ownerRules,
);
