import { type Expression, type SqlBool, sql } from "kysely";
import type { State } from "../../states/state.ts";
import { inNamespace as namedTaskInNamespace } from "../named-task/names.ts";
import { withVersion as namedTaskWithVersion } from "../named-task/versions.ts";
import type { Scope } from "../scope.ts";
import type { VisibleNamespaces } from "../visible-namespaces.ts";

type TaskScope = Scope<"tasker_tasks">;
type Tasks = Parameters<TaskScope>[0];

/** Characters that a key of an annotation cannot have in {@link byAnnotation}. */
const NOT_OF_A_KEY = /[^0-9A-Za-z_-]/g;

/** States of a step that leave nothing to do. `skipped` is no state of Tasker's; the reference names it. */
const INACTIVE_STATES = ["complete", "error", "skipped", "resolved_manually"];

/**
 * Tasks with an annotation of this type in which this key, at the top level, has this value. Values are compared as text:
 * 1 is the same as "1", and objects and lists are their JSON text as PostgreSQL writes it. As in the reference, spaces
 * around the type are dropped, and so is every character of the key outside `0-9A-Za-z_-`.
 */
export function byAnnotation(type: string, key: string, value: string | number | boolean): TaskScope {
  return (eb) =>
    eb.exists(
      eb
        .selectFrom("tasker_task_annotations as annotation")
        .innerJoin("tasker_annotation_types as type", "type.annotation_type_id", "annotation.annotation_type_id")
        .whereRef("annotation.task_id", "=", "tasker_tasks.task_id")
        .where("type.name", "=", type.trim())
        .where(sql`annotation.annotation ->> ${key.replace(NOT_OF_A_KEY, "")}::text`, "=", String(value)),
    );
}

function transitions(eb: Tasks) {
  return eb.selectFrom("tasker_task_transitions as last").whereRef("last.task_id", "=", "tasker_tasks.task_id");
}

/** The transition of a task with the highest sort key. In a sound database it is the most recent one as well. */
function lastTransition(eb: Tasks) {
  return transitions(eb).where((inner) =>
    inner.not(
      inner.exists(
        inner
          .selectFrom("tasker_task_transitions as later")
          .whereRef("later.task_id", "=", "last.task_id")
          .whereRef("later.sort_key", ">", "last.sort_key"),
      ),
    ),
  );
}

/**
 * Tasks whose transition with the highest sort key led to this state; without a state, all tasks that have a transition.
 * A task without transitions, pending though it is, is never among them: the reference answers so.
 */
export function byCurrentState(state?: State | "" | null): TaskScope {
  return (eb) => eb.exists(isGiven(state) ? lastTransition(eb).where("last.to_state", "=", state) : transitions(eb));
}

function isGiven(state: State | "" | null | undefined): state is State {
  return state !== undefined && state !== null && state !== "";
}

/** Tasks created after this moment. */
export function createdSince(moment: Date): TaskScope {
  return (eb) => eb("tasker_tasks.created_at", ">", moment);
}

/** The most recent transitions of the steps of a task. */
function currentStepTransitions(eb: Tasks) {
  return eb
    .selectFrom("tasker_workflow_steps as step")
    .innerJoin("tasker_workflow_step_transitions as current", "current.workflow_step_id", "step.workflow_step_id")
    .whereRef("step.task_id", "=", "tasker_tasks.task_id")
    .where("current.most_recent", "=", eb.lit(true));
}

/**
 * Tasks of which a step has become `complete` after this moment, and still is. It is about steps, not about the task, and
 * leaves out `resolved_manually`: the reference answers so.
 */
export function completedSince(moment: Date): TaskScope {
  return (eb) =>
    eb.exists(
      currentStepTransitions(eb).where("current.to_state", "=", "complete").where("current.created_at", ">", moment),
    );
}

/** Tasks whose transition with the highest sort key led to `error`, after this moment. */
export function failedSince(moment: Date): TaskScope {
  return (eb) =>
    eb.exists(lastTransition(eb).where("last.to_state", "=", "error").where("last.created_at", ">", moment));
}

/**
 * Tasks of which a step has a most recent transition to another state than `complete`, `error` or `resolved_manually`. As in
 * the reference, a cancelled step makes its task active, and a task whose steps have no transitions yet is not.
 */
export const active: TaskScope = (eb) =>
  eb.exists(currentStepTransitions(eb).where("current.to_state", "not in", INACTIVE_STATES));

function ofNamedTasks(eb: Tasks, scope: Scope<"tasker_named_tasks">): Expression<SqlBool> {
  return eb(
    "tasker_tasks.named_task_id",
    "in",
    eb.selectFrom("tasker_named_tasks").select("tasker_named_tasks.named_task_id").where(scope),
  );
}

/** Tasks of the namespace of this name, or of the namespaces of these names. */
export function inNamespace(names: string | readonly string[]): TaskScope {
  return (eb) => ofNamedTasks(eb, namedTaskInNamespace(names));
}

/** Tasks of namespaces that somebody may see. */
export function visibleTo(namespaces: VisibleNamespaces): TaskScope {
  return namespaces === "all" ? (eb) => eb.lit(true) : inNamespace(namespaces);
}

/** Tasks of the named tasks of this name, in whatever namespace and version. */
export function withTaskName(name: string): TaskScope {
  return (eb) => ofNamedTasks(eb, (named) => named("tasker_named_tasks.name", "=", name));
}

/** Tasks of the named tasks of this version, whatever their name. */
export function withVersion(version: string): TaskScope {
  return (eb) => ofNamedTasks(eb, namedTaskWithVersion(version));
}
