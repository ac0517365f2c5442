import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this machine has Prometheus and promtool. */
    prometheus: boolean;
  }
}

/** Looks for Prometheus. Without it the tests that ask it are left out, which is an error where `CI=true`. */
export default function setup(project: TestProject): () => void {
  const has = (program: string) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
  const found = has("promtool") && has("prometheus");
  project.provide("prometheus", found);
  if (found) return () => undefined;
  if (process.env.CI === "true") throw new Error("no Prometheus found, and CI=true: every test must run");
  return () => console.warn("No Prometheus found: the tests that ask it were left out.");
}
