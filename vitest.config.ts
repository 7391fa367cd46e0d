import { defineConfig } from "vitest/config";

/** No test reaches the Hub; those of downloads bring one of their own. */
const env = { HF_HUB_OFFLINE: "1" };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          env,
          isolate: false,
          include: ["test/unit/**/*.test.ts"],
          setupFiles: "test/helpers/fail-on-console.ts",
        },
      },
      {
        test: {
          name: "golden",
          env,
          include: ["test/golden/**/*.test.ts"],
          globalSetup: "test/helpers/require-build.ts",
          pool: "forks",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          hookTimeout: 60_000,
          env,
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
