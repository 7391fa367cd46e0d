import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          isolate: false,
          include: ["test/unit/**/*.test.ts"],
          setupFiles: "test/helpers/fail-on-console.ts",
        },
      },
      {
        test: {
          name: "golden",
          include: ["test/golden/**/*.test.ts"],
          globalSetup: "test/helpers/require-build.ts",
          pool: "forks",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: "test/helpers/require-build.ts",
          pool: "forks",
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
