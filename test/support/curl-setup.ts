import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether this machine has curl, and jq, which the examples of the documents read answers with. */
    curl: boolean;
  }
}

/** Looks for curl and jq. Without them the examples of the documents are left out, which is an error where `CI=true`. */
export default function setup(project: TestProject): () => void {
  const found = ["curl", "jq"].every((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0);
  project.provide("curl", found);
  if (found) return () => undefined;
  if (process.env.CI === "true") throw new Error("no curl or no jq found, and CI=true: every test must run");
  return () => console.warn("No curl or no jq found: the examples of the documents that use them were left out.");
}
