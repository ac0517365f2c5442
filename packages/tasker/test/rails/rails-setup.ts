import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether there is a Ruby with ActiveRecord and the driver for PostgreSQL. */
    rails: boolean;
  }
}

/**
 * Looks for a Ruby with ActiveRecord. Without one the tests that share a database with it are left out, which is an error
 * where `CI=true`.
 */
export default function setup(project: TestProject): () => void {
  const found = spawnSync("ruby", ["-e", 'gem "activerecord"; gem "pg"'], { stdio: "ignore" }).status === 0;
  project.provide("rails", found);
  if (found) return () => undefined;
  if (process.env.CI === "true")
    throw new Error("no Ruby with activerecord and pg found, and CI=true: every test must run");
  return () => console.warn("No Ruby with activerecord and pg found: the tests beside ActiveRecord were left out.");
}
