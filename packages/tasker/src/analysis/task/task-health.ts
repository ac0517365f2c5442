import type { HealthStatus } from "../../states/execution-status.ts";
import type { TaskGraph } from "./task-graph.ts";

/** How a task's failures stand. */
export type TaskHealth = Exclude<HealthStatus, "unknown">;

/** `healthy` if nothing is in error; `blocked` if something failed for good and nothing could start; or else `recovering`. */
export function healthOf({ failed, ready, standings }: TaskGraph): TaskHealth {
  if (failed === 0) return "healthy";
  return ready > 0 || !standings.some(({ isFailed, isExhausted }) => isFailed && isExhausted)
    ? "recovering"
    : "blocked";
}
