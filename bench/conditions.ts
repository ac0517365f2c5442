import { execFileSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import type { Measurement } from "./measurement.ts";

/** Conditions of a whole invocation. Read before its first run, so that `load_average` is what others cause. */
export function readConditions(): Pick<Measurement, "node" | "cpus" | "load_average" | "commit"> {
  const [loadAverage = 0] = loadavg();
  return {
    node: process.versions.node,
    cpus: availableParallelism(),
    load_average: Math.round(loadAverage * 100) / 100,
    commit: readCommit(),
  };
}

function readCommit(): string | null {
  try {
    const args = ["describe", "--always", "--dirty", "--exclude", "*"];
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio }).trim();
  } catch {
    return null;
  }
}
