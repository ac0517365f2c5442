import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { STEP_TRANSITIONS } from "../../states/step-state.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { defineMover } from "../transition/mover.ts";
import type { WorkflowStepTransitionRow } from "./record.ts";

/** Locks the run row of a step's task. What is read afterwards is what the engine that runs it has committed last. */
export const lockRunOfStep = statement({
  name: "lock_run_of_step",
  text: `
    select r.task_id from tasker_task_runs r
    where r.task_id = (select w.task_id from tasker_workflow_steps w where w.workflow_step_id = $1)
    for no key update of r`,
  parameters: [int8],
  columns: { task_id: int8 },
});

/** Where a step stands, and, for a move to `in_progress`, the first ten parents that are not satisfied. */
export const standingOfStep = statement({
  name: "standing_of_step",
  text: `
    select c.id as current_id, c.to_state as current_state, c.updated_at::text as current_updated_at,
      (select max(x.sort_key) from tasker_workflow_step_transitions x
       where x.workflow_step_id = w.workflow_step_id) as last_key,
      array(
        select n.name::text from tasker_workflow_step_edges e
        join tasker_workflow_steps p on p.workflow_step_id = e.from_step_id
        join tasker_named_steps n on n.named_step_id = p.named_step_id
        where $2 = 'in_progress' and e.to_step_id = w.workflow_step_id and not exists (
          select from tasker_workflow_step_transitions x
          where x.workflow_step_id = e.from_step_id and x.most_recent
            and x.to_state in ('complete', 'resolved_manually')
        )
        order by e.from_step_id limit 10
      ) as unmet
    from tasker_workflow_steps w
    left join tasker_workflow_step_transitions c on c.workflow_step_id = w.workflow_step_id and c.most_recent
    where w.workflow_step_id = $1`,
  parameters: [int8, text],
  columns: {
    current_id: nullable(int8),
    current_state: nullable(varchar),
    current_updated_at: nullable(text),
    last_key: nullable(int4),
    unmet: array(text),
  },
});

/**
 * Writes a move of a step: the flag of the transition `$2` is taken away if it still has it, and what follows depends on
 * that. Of the step's columns those are written that follow from its state: `in_process`, `processed`, `processed_at`,
 * and `backoff_request_seconds`, which is kept for a step in `error` and means nothing in any other state. Attempts and
 * results are for whoever runs the step. A live run that nobody owns is woken, because the step may be ready now.
 */
export const moveStep = statement({
  name: "move_step",
  text: `
    with flipped as (
      update tasker_workflow_step_transitions set most_recent = false, updated_at = $7
      where id = $2 and most_recent returning id
    ), inserted as (
      insert into tasker_workflow_step_transitions
        (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select $1, $3, $4, $5, $6, true, $7, $7 where $2 is null or exists (select from flipped)
      on conflict do nothing
      returning *
    ), stepped as (
      update tasker_workflow_steps w set
        in_process = i.to_state = 'in_progress',
        processed = i.to_state in ('complete', 'resolved_manually'),
        processed_at = case when i.to_state in ('complete', 'resolved_manually') then $7 else w.processed_at end,
        backoff_request_seconds = case when i.to_state = 'error' then w.backoff_request_seconds end,
        updated_at = $7
      from inserted i where w.workflow_step_id = i.workflow_step_id
      returning w.task_id
    ), raised as (
      update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0, wake_at = case
        when r.owner_id = 0 and r.wake_at is not null then least(r.wake_at, $7) else r.wake_at
      end
      from stepped s where r.task_id = s.task_id
    )
    select * from inserted`,
  parameters: [int8, nullable(int8), varchar, varchar, jsonb, int4, timestamp],
  columns: TABLES.tasker_workflow_step_transitions.columns,
});

/**
 * Gives its flag back to the transition `$2`, which {@link moveStep} has taken away without writing another one because
 * there is a row of the sort key already. A step that has a current transition is one that somebody else moved.
 */
export const restoreCurrentOfStep = statement({
  name: "restore_current_of_step",
  text: `
    update tasker_workflow_step_transitions set most_recent = true, updated_at = $3::text::timestamp
    where id = $2 and not exists (select from tasker_workflow_step_transitions x where x.workflow_step_id = $1 and x.most_recent)`,
  parameters: [int8, int8, text],
  columns: {},
});

/** Writes the first `pending` of a step that has no transition. */
export const initializeStep = statement({
  name: "initialize_step",
  text: `
    with inserted as (
      insert into tasker_workflow_step_transitions
        (workflow_step_id, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select $1, 'pending', '{"initialized_by": "state_machine"}', 0, true, $2, $2
      where not exists (select from tasker_workflow_step_transitions x where x.workflow_step_id = $1)
      on conflict do nothing
      returning *
    ), raised as (
      update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0
      from inserted i join tasker_workflow_steps w on w.workflow_step_id = i.workflow_step_id
      where r.task_id = w.task_id
    )
    select * from inserted`,
  parameters: [int8, timestamp],
  columns: TABLES.tasker_workflow_step_transitions.columns,
});

/** Moving steps through their states. A step may start when every parent of it is `complete` or `resolved_manually`. */
export const { append, canTransitionTo, currentState, initialize, safeTransitionTo } =
  defineMover<WorkflowStepTransitionRow>({
    entity: "step",
    model: "WorkflowStepTransition",
    key: "workflow_step_id",
    moves: STEP_TRANSITIONS,
    lock: (transaction, id) => transaction.run(lockRunOfStep, [id]),
    look: async (connection, id, to) => (await connection.run(standingOfStep, [id, to]))[0],
    write: async (transaction, { id, currentId, from, to, metadata, sortKey, at }) =>
      (await transaction.run(moveStep, [id, currentId, from, to, metadata, sortKey, at]))[0],
    restore: (transaction, id, currentId, updatedAt) =>
      transaction.run(restoreCurrentOfStep, [id, currentId, updatedAt]),
    writeFirst: async (transaction, id, at) => (await transaction.run(initializeStep, [id, at]))[0],
  });

/** Reads the current states of steps. */
export const currentStatesOfSteps = statement({
  name: "current_states_of_steps",
  text: `
    select w.workflow_step_id, coalesce(nullif(c.to_state, ''), 'pending') as state
    from tasker_workflow_steps w
    left join tasker_workflow_step_transitions c on c.workflow_step_id = w.workflow_step_id and c.most_recent
    where w.workflow_step_id = any($1)`,
  parameters: [array(int8)],
  columns: { workflow_step_id: int8, state: text },
});

/** The states that steps are in, by their ids; `pending` for those without transitions. One query. */
export async function loadCurrentStates(connection: Connection, stepIds: Iterable<number>) {
  const rows = await runUnprepared(connection, currentStatesOfSteps, [[...stepIds]]);
  return new Map(rows.map(({ workflow_step_id, state }) => [workflow_step_id, state]));
}
