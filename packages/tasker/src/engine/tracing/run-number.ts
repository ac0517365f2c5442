import { SORT_KEY_STEP } from "../step-move.ts";
import type { TaskRun } from "../task-run.ts";

/**
 * What tells one run of a task from another, as it can be started again after it has failed: the sort key of the row by which
 * it started, or will start. The same in every process that runs a step of it.
 */
export function runNumber({ state, sortKey }: Pick<TaskRun, "state" | "sortKey">): number {
  if (state === "in_progress") return sortKey;
  // From `error` it goes by `pending`.
  return Math.max(sortKey, 0) + (state === "error" ? 2 : 1) * SORT_KEY_STEP;
}
