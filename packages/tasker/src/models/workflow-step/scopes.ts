import type { ExpressionBuilder } from "kysely";
import type { TaskerTables } from "../../database/query/tables.ts";
import type { State } from "../../states/state.ts";
import { SATISFIED_STATES, VALID_STEP_STILL_WORKING_STATES } from "../../states/state-sets.ts";
import type { Scope } from "../scope.ts";
import { inNamespace as tasksInNamespace } from "../task/scopes.ts";
import type { VisibleNamespaces } from "../visible-namespaces.ts";

type Steps = Scope<"tasker_workflow_steps">;
type Builder = ExpressionBuilder<TaskerTables, "tasker_workflow_steps">;

/** Whether a step's current transition is to one of these states, and was written after a time. */
function isIn(eb: Builder, states: readonly State[] | null, after: Date | null = null) {
  let current = eb
    .selectFrom("tasker_workflow_step_transitions as current")
    .select("current.id")
    .whereRef("current.workflow_step_id", "=", "tasker_workflow_steps.workflow_step_id")
    .where("current.most_recent", "=", true);
  if (states !== null) current = current.where("current.to_state", "in", states);
  if (after !== null) current = current.where("current.created_at", ">", after);
  return eb.exists(current);
}

/** Steps that are `complete` or `resolved_manually`. */
export const completed: Steps = (eb) => isIn(eb, SATISFIED_STATES);

/** Steps in `error`. */
export const failed: Steps = (eb) => isIn(eb, ["error"]);

/**
 * Steps that are still to be worked on: those in `pending` or `in_progress`, and those without a current transition, which are
 * pending. One condition that must not hold, instead of two of which one must: the planner makes an anti-join of it.
 */
export const pending: Steps = (eb) =>
  eb.not(
    eb.exists(
      eb
        .selectFrom("tasker_workflow_step_transitions as current")
        .select("current.id")
        .whereRef("current.workflow_step_id", "=", "tasker_workflow_steps.workflow_step_id")
        .where("current.most_recent", "=", true)
        .where("current.to_state", "not in", VALID_STEP_STILL_WORKING_STATES),
    ),
  );

/** Steps of one task. */
export function forTask(taskId: number): Steps {
  return (eb) => eb("tasker_workflow_steps.task_id", "=", taskId);
}

/** Steps of tasks of namespaces that somebody may see. */
export function visibleTo(namespaces: VisibleNamespaces): Steps {
  if (namespaces === "all") return (eb) => eb.lit(true);
  return (eb) =>
    eb(
      "tasker_workflow_steps.task_id",
      "in",
      eb.selectFrom("tasker_tasks").select("tasker_tasks.task_id").where(tasksInNamespace(namespaces)),
    );
}

/**
 * Steps whose current transition is to this state; without a state, steps that have a current transition. A step without
 * transitions is not among them, though it is `pending`.
 */
export function byCurrentState(state: State | null = null): Steps {
  return (eb) => isIn(eb, state === null ? null : [state]);
}

/** Steps that became `complete` after this time; `resolved_manually` does not count, as in the reference. */
export function completedSince(time: Date): Steps {
  return (eb) => isIn(eb, ["complete"], time);
}

/** Steps in `error` since some time after this one. */
export function failedSince(time: Date): Steps {
  return (eb) => isIn(eb, ["error"], time);
}

/** Steps of tasks that were created after this time. */
export function forTasksSince(time: Date): Steps {
  return (eb) =>
    eb(
      "tasker_workflow_steps.task_id",
      "in",
      eb.selectFrom("tasker_tasks as recent").select("recent.task_id").where("recent.created_at", ">", time),
    );
}
