import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { type RowOfTable, TABLES } from "../../database/query/tables.ts";
import { array, int8, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { AnnotationTypeRow } from "../annotation-type/annotation-type.ts";
import { loadChildren } from "../load-children.ts";
import * as NamedTask from "../named-task/record.ts";
import type { TaskRow } from "./record.ts";

type Task = Pick<TaskRow, "task_id">;

const keysOf = (tasks: readonly Task[]) => tasks.map((task) => task.task_id);

/** The named tasks of tasks, by their id; one query. */
export function loadNamedTasks(connection: Connection, tasks: readonly Pick<TaskRow, "named_task_id">[]) {
  const keys = tasks.map((task) => task.named_task_id);
  return NamedTask.findMany(connection, keys);
}

/** The steps of each task, by its id; one query. */
export function loadWorkflowSteps(connection: Connection, tasks: readonly Task[]) {
  return loadChildren(connection, "tasker_workflow_steps", "task_id", keysOf(tasks), "workflow_step_id");
}

/** The annotations of each task, by its id; one query. */
export function loadTaskAnnotations(connection: Connection, tasks: readonly Task[]) {
  return loadChildren(connection, "tasker_task_annotations", "task_id", keysOf(tasks), "task_annotation_id");
}

/** The transitions of each task in their order, by its id; one query. */
export function loadTaskTransitions(connection: Connection, tasks: readonly Task[]) {
  return loadChildren(connection, "tasker_task_transitions", "task_id", keysOf(tasks), "sort_key");
}

/** The types of the annotations of tasks, each type once. */
export const selectAnnotationTypesOfTasks = statement({
  name: "select_annotation_types_of_tasks",
  text: `
    select distinct annotation.task_id, type.*
    from tasker_task_annotations annotation join tasker_annotation_types type using (annotation_type_id)
    where annotation.task_id = any ($1::int8[]) order by task_id, annotation_type_id`,
  parameters: [array(int8)],
  columns: { task_id: int8, ...TABLES.tasker_annotation_types.columns },
});

/** The types of the annotations of each task, each type once, by the task's id; one query. */
export async function loadAnnotationTypes(
  connection: Connection,
  tasks: readonly Task[],
): Promise<Map<number, AnnotationTypeRow[]>> {
  const types = new Map<number, AnnotationTypeRow[]>(keysOf(tasks).map((key) => [key, []]));
  const rows = await connection.run(selectAnnotationTypesOfTasks, [[...types.keys()]]);
  for (const { task_id, ...type } of rows) types.get(task_id)?.push(type);
  return types;
}

/** The names under which a task is known. */
export interface TaskNames {
  readonly name: string;
  readonly namespaceName: string;
  readonly version: string;
}

/** The names of tasks. */
export const selectTaskNames = statement({
  name: "select_task_names",
  text: `
    select task_id, named.name, space.name as namespace, version
    from tasker_tasks join tasker_named_tasks named using (named_task_id)
    join tasker_task_namespaces space using (task_namespace_id)
    where task_id = any ($1::int8[])`,
  parameters: [array(int8)],
  columns: { task_id: int8, name: varchar, namespace: varchar, version: varchar },
});

/** Name, namespace and version of each task, by its id; one query. */
export async function loadNames(connection: Connection, tasks: readonly Task[]): Promise<Map<number, TaskNames>> {
  const rows = await connection.run(selectTaskNames, [keysOf(tasks)]);
  return new Map(
    rows.map(({ task_id, name, namespace, version }) => [task_id, { name, namespaceName: namespace, version }]),
  );
}

/** The first step of a task whose named step has this name, whatever the system, or undefined. */
export function getStepByName(
  connection: Connection,
  { task_id }: Task,
  name: string,
): Promise<RowOfTable<"tasker_workflow_steps"> | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_workflow_steps as step")
    .innerJoin("tasker_named_steps as named", "named.named_step_id", "step.named_step_id")
    .selectAll("step")
    .where("step.task_id", "=", task_id)
    .where("named.name", "=", name)
    .orderBy("step.workflow_step_id")
    .limit(1)
    .executeTakeFirst();
}
