import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const isCi = process.env.CI === "true";

/** Tests that replace what belongs to their process: each file has one of its own. */
const ALONE = ["packages/tasker/test/tracing/**/*.test.ts"];

const common = {
  resolve: {
    alias: [
      { find: /^tasker$/, replacement: new URL("packages/tasker/src/index.ts", import.meta.url).pathname },
      {
        find: /^tasker\/(models|telemetry|testing)$/,
        replacement: new URL("packages/tasker/src/$1/index.ts", import.meta.url).pathname,
      },
    ],
  },
};

const limits = {
  // What other processes and threads load is compiled once, and found again by its content.
  env: { NODE_COMPILE_CACHE: new URL("node_modules/.cache/node", import.meta.url).pathname },
  // A shared machine may stand still for seconds, or do other work besides. What passes only at the second attempt is named
  // at the end of the run.
  retry: isCi ? 1 : 0,
  testTimeout: 120_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    projects: [
      { ...common, test: { ...limits, name: "alone", include: ALONE } },
      {
        ...common,
        test: {
          ...limits,
          name: "sharing",
          include: [
            "packages/*/test/**/*.test.ts",
            "examples/*/test/**/*.test.ts",
            "bench/test/**/*.test.ts",
            "chaos/test/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", ...ALONE],
          // Each process loads the sources once for all of its files.
          isolate: false,
        },
      },
    ],
    globalSetup: [
      "packages/tasker/test/support/postgres-setup.ts",
      "packages/tasker/test/support/embedded-setup.ts",
      "packages/tasker/test/rails/rails-setup.ts",
      "packages/tasker/test/support/pgbouncer-setup.ts",
      "packages/tasker/test/support/prometheus-setup.ts",
      "packages/tasker/test/support/redis-setup.ts",
      "test/support/curl-setup.ts",
    ],
    reporters: ["default", "./test/support/no-test-left-out.ts"],
    // One more than the default: many tests wait for a server or for a child process.
    maxWorkers: availableParallelism(),
    coverage: {
      include: ["packages/*/src/**/*.ts", "examples/*/src/**/*.ts"],
      reporter: [["text", { skipFull: true }], "html"],
      thresholds: {
        "packages/tasker/src/{graph,states,retry}/**": { 100: true },
        "packages/tasker/src/**": { lines: 90 },
        "examples/ecommerce/src/**": { lines: 90 },
      },
    },
  },
});
