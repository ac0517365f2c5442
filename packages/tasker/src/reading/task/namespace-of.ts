import type { Connection } from "../../database/database.ts";
import { int8, jsonb, nullable, text, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** The namespace that a task is in. */
export const namespaceOfTaskStatement = statement({
  name: "reading_namespace_of_task",
  text: `
    select s.name as namespace from tasker_tasks t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where t.task_id = $1`,
  parameters: [int8],
  columns: { namespace: varchar },
});

/** The namespace that a task is in, and what its context has under a key. */
export const placeOfTaskStatement = statement({
  name: "reading_place_of_task",
  text: `
    select s.name as namespace, case when $2::text is not null then t.context -> $2::text end as named
    from tasker_tasks t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where t.task_id = $1`,
  parameters: [int8, nullable(text)],
  columns: { namespace: varchar, named: nullable(jsonb) },
});

/** The task that a step belongs to, and its namespace. */
export const placeOfStepStatement = statement({
  name: "reading_place_of_step",
  text: `
    select w.task_id, s.name as namespace from tasker_workflow_steps w
    join tasker_tasks t on t.task_id = w.task_id
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where w.workflow_step_id = $1`,
  parameters: [int8],
  columns: { task_id: int8, namespace: varchar },
});

/** The namespace of a task, by which is decided who may see it; null if there is no such task. */
export async function namespaceOfTask(connection: Connection, taskId: number): Promise<string | null> {
  const [row] = await connection.run(namespaceOfTaskStatement, [taskId]);
  return row?.namespace ?? null;
}

/**
 * The namespace of a task, and whom it names as its owner; null if there is no such task.
 * @param ownerKey of the context; null: nobody is asked for
 */
export async function placeOfTask(
  connection: Connection,
  taskId: number,
  ownerKey: string | null,
): Promise<{ readonly namespace: string; readonly ownerId: string | null } | null> {
  const [row] = await connection.run(placeOfTaskStatement, [taskId, ownerKey]);
  if (row === undefined) return null;
  const { namespace, named } = row;
  return { namespace, ownerId: typeof named === "string" || typeof named === "number" ? String(named) : null };
}

/** The task of a step and the namespace that it is in; null if there is no such step. */
export async function placeOfStep(
  connection: Connection,
  stepId: number,
): Promise<{ readonly taskId: number; readonly namespace: string } | null> {
  const [row] = await connection.run(placeOfStepStatement, [stepId]);
  return row === undefined ? null : { taskId: row.task_id, namespace: row.namespace };
}
