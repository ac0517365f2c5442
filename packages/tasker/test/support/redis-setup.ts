import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The Redis server of this machine; null: there is none. */
    redis: string | null;
  }
}

const PROGRAM = "redis-server";

/** Looks for Redis. Without one the tests that need it are left out, which is an error where `CI=true`. */
export default function setup(project: TestProject): () => void {
  const isThere = spawnSync(PROGRAM, ["--version"], { stdio: "ignore" }).status === 0;
  project.provide("redis", isThere ? PROGRAM : null);
  if (isThere) return () => undefined;
  if (process.env.CI === "true") throw new Error("no Redis found, and CI=true: every test must run");
  return () => console.warn("No Redis found: the tests of the relay to it were left out.");
}
