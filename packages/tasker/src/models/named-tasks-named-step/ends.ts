import type { Connection } from "../../database/database.ts";
import * as NamedStep from "../named-step/record.ts";
import * as NamedTask from "../named-task/record.ts";
import type { NamedTasksNamedStepRow } from "./record.ts";

/** The named tasks of links, by their id; one query. The `name` of each is the reference's `task_name`. */
export function loadNamedTasks(connection: Connection, links: readonly NamedTasksNamedStepRow[]) {
  const keys = links.map((row) => row.named_task_id);
  return NamedTask.findMany(connection, keys);
}

/** The named steps of links, by their id; one query. The `name` of each is the reference's `step_name`. */
export function loadNamedSteps(connection: Connection, links: readonly NamedTasksNamedStepRow[]) {
  const keys = links.map((row) => row.named_step_id);
  return NamedStep.findMany(connection, keys);
}

/** The name of a link's task, of {@link loadNamedTasks}. Undefined if that task was not loaded. */
export function taskName(
  { named_task_id }: Pick<NamedTasksNamedStepRow, "named_task_id">,
  namedTasks: ReadonlyMap<number, Pick<NamedTask.NamedTaskRow, "name">>,
): string | undefined {
  return namedTasks.get(named_task_id)?.name;
}

/** The name of a link's step, of {@link loadNamedSteps}. Undefined if that step was not loaded. */
export function stepName(
  { named_step_id }: Pick<NamedTasksNamedStepRow, "named_step_id">,
  namedSteps: ReadonlyMap<number, Pick<NamedStep.NamedStepRow, "name">>,
): string | undefined {
  return namedSteps.get(named_step_id)?.name;
}
