import type { Connection, Database } from "../../src/database/database.ts";
import type { Content } from "./content.ts";

/** Column definitions of the rows of each part, as `json_to_recordset` reads them. */
const INSERTS = `
with
  given as (select $1::json as content),
  clock as (select now() at time zone 'UTC' as now, interval '1 microsecond' as us),
  namespaces as (
    insert into tasker_task_namespaces (task_namespace_id, name, created_at, updated_at)
    select row.*, now, now
    from given, clock, json_to_recordset(content -> 'namespaces') row (task_namespace_id int4, name text)
  ),
  named_tasks as (
    insert into tasker_named_tasks (named_task_id, task_namespace_id, name, version, created_at, updated_at)
    select row.*, now, now
    from given, clock, json_to_recordset(content -> 'namedTasks')
      row (named_task_id int4, task_namespace_id int4, name text, version text)
  ),
  systems as (
    insert into tasker_dependent_systems (dependent_system_id, name, created_at, updated_at)
    select 1, 'default', now, now from clock
  ),
  named_steps as (
    insert into tasker_named_steps (dependent_system_id, named_step_id, name, created_at, updated_at)
    select 1, row.*, now, now
    from given, clock, json_to_recordset(content -> 'namedSteps') row (named_step_id int4, name text)
  ),
  tasks as (
    insert into tasker_tasks
      (task_id, named_task_id, initiator, source_system, requested_at, identity_hash, created_at, updated_at)
    select row.task_id, row.named_task_id, row.initiator, row.source_system, now, row.task_id::text,
      now + row.created_us * us, now
    from given, clock, json_to_recordset(content -> 'tasks')
      row (task_id int8, named_task_id int4, initiator text, source_system text, created_us int8)
  ),
  task_transitions as (
    insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
    select row.task_id, row.to_state, row.sort_key, row.most_recent, now + row.created_us * us, now
    from given, clock, json_to_recordset(content -> 'taskTransitions')
      row (task_id int8, to_state text, sort_key int4, most_recent bool, created_us int8)
  ),
  steps as (
    insert into tasker_workflow_steps
      (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, attempts,
       last_attempted_at, backoff_request_seconds, created_at, updated_at)
    select row.workflow_step_id, row.task_id, row.named_step_id, row.retryable, row.retry_limit, row.in_process,
      row.processed, row.attempts, now + row.last_attempted_us * us, row.backoff_request_seconds,
      now + row.created_us * us, now
    from given, clock, json_to_recordset(content -> 'steps')
      row (workflow_step_id int8, task_id int8, named_step_id int4, retryable bool, retry_limit int4, in_process bool,
        processed bool, attempts int4, last_attempted_us int8, backoff_request_seconds int4, created_us int8)
  ),
  edges as (
    insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
    select row.*, 'provides', now, now
    from given, clock, json_to_recordset(content -> 'edges') row (from_step_id int8, to_step_id int8)
  )
insert into tasker_workflow_step_transitions
  (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
select row.workflow_step_id, row.to_state, row.sort_key, row.most_recent, now + row.created_us * us, now
from given, clock, json_to_recordset(content -> 'stepTransitions')
  row (workflow_step_id int8, to_state text, sort_key int4, most_recent bool, created_us int8)`;

/** Thrown to end a transaction without an error of its own. */
class RollBack extends Error {}

/**
 * Gives `check` a transaction of an otherwise empty database that holds exactly this content, and rolls it back. All
 * times are relative to the transaction's NOW(), and stored in UTC.
 * @param timeZone the session's
 */
export async function withContent(
  database: Database,
  content: Content,
  check: (connection: Connection) => Promise<void>,
  timeZone = "UTC",
): Promise<void> {
  try {
    await database.transaction(async (transaction) => {
      await transaction.execute(`set local time zone '${timeZone}'`);
      await transaction.query(INSERTS, [JSON.stringify(content)]);
      await check(transaction);
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
}
