import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { tasker: new URL("packages/tasker/src/index.ts", import.meta.url).pathname } },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "bench/test/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    globalSetup: ["packages/tasker/test/support/postgres-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
