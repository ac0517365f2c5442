import { isSatisfied } from "../../states/guards.ts";
import { isState } from "../../states/state.ts";
import type { StepReadinessRow } from "./readiness-row.ts";

type Rows = readonly StepReadinessRow[];

const inState = (state: string) => (rows: Rows) => rows.filter((row) => row.current_state === state);

/** Steps that could start at once. */
export const ready = (rows: Rows) => rows.filter((row) => row.ready_for_execution);

/** Steps with a parent that is not done. */
export const blockedByDependencies = (rows: Rows) => rows.filter((row) => !row.dependencies_satisfied);

/** Steps without attempts left. */
export const blockedByRetry = (rows: Rows) => rows.filter((row) => !row.retry_eligible);

/** Steps in `pending`, among them those without a transition. */
export const pending = inState("pending");

/** Steps in `error`. */
export const failed = inState("error");

/** Steps in `in_progress`. */
export const inProgress = inState("in_progress");

/** Steps that are done: `complete` or `resolved_manually`. */
export const complete = (rows: Rows) =>
  rows.filter(({ current_state }) => isState(current_state) && isSatisfied(current_state));

/** Whether all of a task's steps are done; true for none. `rows` are those of all steps of the task. */
export function allStepsComplete(rows: Rows): boolean {
  return complete(rows).length === rows.length;
}
