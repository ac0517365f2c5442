import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { TASK_TRANSITIONS } from "../../states/task-state.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { defineMover } from "../transition/mover.ts";
import type { TaskTransitionRow } from "./record.ts";

/** Locks the run row of a task. What is read afterwards is what the engine that runs it has committed last. */
export const lockRunOfTask = statement({
  name: "lock_run_of_task",
  text: "select task_id from tasker_task_runs where task_id = $1 for no key update",
  parameters: [int8],
  columns: { task_id: int8 },
});

/** Where a task stands, and, for a move to `complete`, the first ten steps that are not satisfied. */
export const standingOfTask = statement({
  name: "standing_of_task",
  text: `
    select c.id as current_id, c.to_state as current_state, c.updated_at::text as current_updated_at,
      (select max(x.sort_key) from tasker_task_transitions x where x.task_id = k.task_id) as last_key,
      array(
        select n.name::text from tasker_workflow_steps w
        join tasker_named_steps n on n.named_step_id = w.named_step_id
        where $2 = 'complete' and w.task_id = k.task_id and not exists (
          select from tasker_workflow_step_transitions x
          where x.workflow_step_id = w.workflow_step_id and x.most_recent
            and x.to_state in ('complete', 'resolved_manually')
        )
        order by w.workflow_step_id limit 10
      ) as unmet
    from tasker_tasks k
    left join tasker_task_transitions c on c.task_id = k.task_id and c.most_recent
    where k.task_id = $1`,
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
 * Writes a move of a task: the flag of the transition `$2` is taken away if it still has it, and what follows depends on
 * that. `complete` follows the state. A run that nobody owns wants to be claimed at once if its task is live, and not at
 * all if it is over; one that is owned is left to its owner, whom the revision tells.
 */
export const moveTask = statement({
  name: "move_task",
  text: `
    with flipped as (
      update tasker_task_transitions set most_recent = false, updated_at = $7
      where id = $2 and most_recent returning id
    ), inserted as (
      insert into tasker_task_transitions
        (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select $1, $3, $4, $5, $6, true, $7, $7 where $2 is null or exists (select from flipped)
      on conflict do nothing
      returning *
    ), marked as (
      update tasker_tasks k set complete = i.to_state = 'complete', updated_at = $7
      from inserted i where k.task_id = i.task_id and k.complete <> (i.to_state = 'complete')
    ), raised as (
      update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0, wake_at = case
        when r.owner_id <> 0 then r.wake_at
        when i.to_state in ('pending', 'in_progress') then least(r.wake_at, $7)
      end
      from inserted i where r.task_id = i.task_id
    )
    select * from inserted`,
  parameters: [int8, nullable(int8), varchar, varchar, jsonb, int4, timestamp],
  columns: TABLES.tasker_task_transitions.columns,
});

/**
 * Gives its flag back to the transition `$2`, which {@link moveTask} has taken away without writing another one because
 * there is a row of the sort key already. A task that has a current transition is one that somebody else moved.
 */
export const restoreCurrentOfTask = statement({
  name: "restore_current_of_task",
  text: `
    update tasker_task_transitions set most_recent = true, updated_at = $3::text::timestamp
    where id = $2 and not exists (select from tasker_task_transitions x where x.task_id = $1 and x.most_recent)`,
  parameters: [int8, int8, text],
  columns: {},
});

/** Writes the first `pending` of a task that has no transition. */
export const initializeTask = statement({
  name: "initialize_task",
  text: `
    with inserted as (
      insert into tasker_task_transitions (task_id, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select $1, 'pending', '{"initialized_by": "state_machine"}', 0, true, $2, $2
      where not exists (select from tasker_task_transitions x where x.task_id = $1)
      on conflict do nothing
      returning *
    ), raised as (
      update tasker_task_runs r set revision = r.revision + 1, dirty = r.owner_id <> 0 from inserted i where r.task_id = i.task_id
    )
    select * from inserted`,
  parameters: [int8, timestamp],
  columns: TABLES.tasker_task_transitions.columns,
});

/** Moving tasks through their states. A task may complete when every step of it is `complete` or `resolved_manually`. */
export const { append, canTransitionTo, currentState, initialize, safeTransitionTo } = defineMover<TaskTransitionRow>({
  entity: "task",
  model: "TaskTransition",
  key: "task_id",
  moves: TASK_TRANSITIONS,
  lock: (transaction, id) => transaction.run(lockRunOfTask, [id]),
  look: async (connection, id, to) => (await connection.run(standingOfTask, [id, to]))[0],
  write: async (transaction, { id, currentId, from, to, metadata, sortKey, at }) =>
    (await transaction.run(moveTask, [id, currentId, from, to, metadata, sortKey, at]))[0],
  restore: (transaction, id, currentId, updatedAt) => transaction.run(restoreCurrentOfTask, [id, currentId, updatedAt]),
  writeFirst: async (transaction, id, at) => (await transaction.run(initializeTask, [id, at]))[0],
});

/** Reads the current states of tasks. */
export const currentStatesOfTasks = statement({
  name: "current_states_of_tasks",
  text: `
    select k.task_id, coalesce(nullif(c.to_state, ''), 'pending') as state
    from tasker_tasks k left join tasker_task_transitions c on c.task_id = k.task_id and c.most_recent
    where k.task_id = any($1)`,
  parameters: [array(int8)],
  columns: { task_id: int8, state: text },
});

/** The states that tasks are in, by their ids; `pending` for those without transitions. One query. */
export async function loadCurrentStates(connection: Connection, taskIds: Iterable<number>) {
  const rows = await runUnprepared(connection, currentStatesOfTasks, [[...taskIds]]);
  return new Map(rows.map(({ task_id, state }) => [task_id, state]));
}
