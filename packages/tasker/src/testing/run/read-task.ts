import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, jsonb, nullable, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import type { JsonValue } from "../../json/json-value.ts";

/** The state of a task; no row if there is no such task. */
export const readTaskState = statement({
  name: "testing_read_task_state",
  text: `
    select coalesce(t.to_state, 'pending') as state, n.name from tasker_tasks k
    join tasker_named_tasks n using (named_task_id)
    left join tasker_task_transitions t on t.task_id = k.task_id and t.most_recent
    where k.task_id = $1`,
  parameters: [int8],
  columns: { state: nullable(varchar), name: varchar },
});

/** The steps of a task as they stand, in the order of their ids. */
export const readTaskSteps = statement({
  name: "testing_read_task_steps",
  text: `
    select n.name, w.workflow_step_id, coalesce(x.to_state, 'pending') as state, coalesce(w.attempts, 0) as attempts,
      w.retryable, w.results, x.metadata
    from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
    left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
    where w.task_id = $1 order by w.workflow_step_id`,
  parameters: [int8],
  columns: {
    name: varchar,
    workflow_step_id: int8,
    state: nullable(varchar),
    attempts: nullable(int4),
    retryable: bool,
    results: nullable(jsonb),
    metadata: nullable(jsonb),
  },
});

/** Every transition of a task and its steps, in the order in which they were written. */
export const readTaskHistory = statement({
  name: "testing_read_task_history",
  text: `
    select who, from_state, to_state from (
      select 'task' as who, from_state, to_state, metadata, created_at, sort_key
      from tasker_task_transitions where task_id = $1
      union all
      select n.name, x.from_state, x.to_state, x.metadata, x.created_at, x.sort_key
      from tasker_workflow_step_transitions x
      join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
      where w.task_id = $1
    ) q order by (metadata ->> 'seq')::bigint nulls last, created_at, sort_key`,
  parameters: [int8],
  columns: { who: nullable(varchar), from_state: nullable(varchar), to_state: nullable(varchar) },
});

/** How a step stands. */
export interface StepReport {
  readonly stepId: number;
  readonly state: string;
  readonly attempts: number;
  /** What a completed step stored; of a failed one an object with `error`, `error_class` and more. */
  readonly results: JsonValue;
  readonly retryable: boolean;
  /** Of a step in `error`: message, class and code of what was thrown. Otherwise null. */
  readonly error: { readonly message: string; readonly errorClass: string | null; readonly code: string | null } | null;
}

/** How a task stands, with everything that happened to it. */
export interface TaskReport {
  readonly taskId: number;
  readonly name: string;
  readonly state: string;
  /** By the names of the steps. */
  readonly steps: Readonly<Record<string, StepReport>>;
  /** `task pending > in_progress`, `fetch in_progress > complete`, ...: the audit trail in the order in which it was written. */
  readonly history: readonly string[];
}

const ErrorFacts = z.object({
  error_message: z.string().default(""),
  error_class: z.string().nullable().default(null),
  error_code: z.string().nullable().default(null),
});

/**
 * Reads a task with its steps and its audit trail.
 * @throws TaskNotFoundError
 */
export async function readTask(connection: Connection, taskId: number): Promise<TaskReport> {
  const [task] = await connection.run(readTaskState, [taskId]);
  if (task === undefined) throw new TaskNotFoundError(`task ${taskId} does not exist`, { context: { taskId } });
  const steps = await connection.run(readTaskSteps, [taskId]);
  return {
    taskId,
    name: task.name,
    state: task.state ?? "pending",
    steps: Object.fromEntries(steps.map((row) => [row.name, reportOf(row)])),
    history: await readHistory(connection, taskId),
  };
}

function reportOf(row: RowOf<typeof readTaskSteps.columns>): StepReport {
  const facts = row.state === "error" ? ErrorFacts.safeParse(row.metadata) : null;
  const { error_message: message, error_class: errorClass, error_code: code } = facts?.data ?? {};
  return {
    stepId: row.workflow_step_id,
    state: row.state ?? "pending",
    attempts: row.attempts ?? 0,
    results: row.results as JsonValue,
    retryable: row.retryable,
    error: message === undefined ? null : { message, errorClass: errorClass ?? null, code: code ?? null },
  };
}

/** The history of a task and its steps in the order in which it was written: `task pending > in_progress`, ... */
export async function readHistory(connection: Connection, taskId: number): Promise<string[]> {
  const rows = await connection.run(readTaskHistory, [taskId]);
  return rows.map(({ who, from_state, to_state }) => `${who} ${from_state} > ${to_state}`);
}
