import { array, bool, int4, int8, json, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Slots that other processes have for the steps of this one. */
export const findSpareSlots = statement({
  name: "find_spare_slots",
  text: `
    select coalesce(sum(spare_slots), 0)::int4 as slots from tasker_processes
    where released_at is null and stopped_at is null and process_id <> $1`,
  parameters: [int8],
  columns: { slots: int4 },
});

/** Offers ready steps; gives the tasks that the process does not hold as it thinks, or whose row is locked. */
export const offerSteps = statement({
  name: "offer_steps",
  text: "select refused_task_id from tasker_offer_steps($1, $2, $3, $4, $5)",
  parameters: [int8, timestamp, json, json, bool],
  columns: { refused_task_id: int8 },
});

const EXECUTION = {
  execution_id: varchar,
  workflow_step_id: int8,
  task_id: int8,
  attempt: int4,
  process_id: int8,
  timeout_ms: nullable(int8),
  started_at: timestamp,
  outcome: nullable(jsonb),
  results: nullable(text),
};

/** Takes back offers, and tells what is new of the executions outside that a process waits for. */
export const lookAtExecutions = statement({
  name: "look_at_executions",
  text: `
    select execution_id, workflow_step_id, task_id, attempt, process_id, timeout_ms, started_at, lost, outcome, results
    from tasker_look_at_executions($1, $2, $3, $4, $5)`,
  parameters: [int8, nullable(array(int8)), array(varchar), array(varchar), int4],
  columns: { ...EXECUTION, lost: bool },
});

/** Ends the waiting for executions; gives those that are ended by that, or were before. */
export const revokeExecutions = statement({
  name: "revoke_executions",
  text: "select execution_id from tasker_revoke_executions($1, $2, $3, $4)",
  parameters: [int8, array(varchar), array(varchar), text],
  columns: { execution_id: varchar },
});

/** Deletes the offers of tasks that a process has just read, and gives it their executions outside. */
export const adoptExecutions = statement({
  name: "adopt_executions",
  text: `
    select execution_id, workflow_step_id, task_id, attempt, process_id, timeout_ms, started_at, outcome, results
    from tasker_adopt_executions($1, $2)`,
  parameters: [int8, array(int8)],
  columns: EXECUTION,
});

/** An execution outside, as the database has it. */
export type ExecutionRow = RowOf<typeof EXECUTION>;

/** The same, as a look finds it: `lost` if its process is gone. */
export type SeenExecution = RowOf<(typeof lookAtExecutions)["columns"]>;
