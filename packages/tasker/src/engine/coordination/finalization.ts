import { type ReenqueueReason, reenqueueReason } from "../../constants/finalization.ts";
import type { ExecutionStatus } from "../../states/execution-status.ts";

/** What an engine does with a task that it looks at, and why. */
export interface Finalization {
  /** `start`: steps start. `wait`: it goes on when something ends or is due. `complete`, `fail`: the task ends so. */
  readonly action: "start" | "wait" | "complete" | "fail";
  /** The reference's word for the reason. */
  readonly reason: ReenqueueReason | "all_steps_complete" | "steps_in_error_state";
}

/**
 * What follows from how a task's steps stand, as the SQL functions tell it. An engine decides the same from the graph that it
 * holds, and goes on where only SQL sees an end: a task with one exhausted step and others in backoff waits for those.
 * @param status null if nothing is known of the task
 */
export function finalizationFor(status: ExecutionStatus | null): Finalization {
  if (status === "all_complete") return { action: "complete", reason: "all_steps_complete" };
  if (status === "blocked_by_failures") return { action: "fail", reason: "steps_in_error_state" };
  return { action: status === "has_ready_steps" ? "start" : "wait", reason: reenqueueReason(status) };
}
