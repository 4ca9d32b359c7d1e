import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Real browsers, one at a time: two of them on two cores would measure each other's patience. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/support/build.ts", "test/support/browsers-told.ts"],
    pool: "forks",
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
