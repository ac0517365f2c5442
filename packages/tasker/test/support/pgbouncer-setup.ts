import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The PgBouncer of this machine; null: there is none. */
    pgbouncer: string | null;
  }
}

/** Where Debian has it, which is not on everybody's PATH. */
const PROGRAMS = ["pgbouncer", "/usr/sbin/pgbouncer"];

/** Looks for PgBouncer. Without one the tests behind it are left out, which is an error where `CI=true`. */
export default function setup(project: TestProject): () => void {
  const found = PROGRAMS.find((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0);
  project.provide("pgbouncer", found ?? null);
  if (found !== undefined) return () => undefined;
  if (process.env.CI === "true") throw new Error("no PgBouncer found, and CI=true: every test must run");
  return () => console.warn("No PgBouncer found: the tests behind it were left out.");
}
