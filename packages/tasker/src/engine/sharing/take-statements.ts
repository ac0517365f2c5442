import { array, bool, int4, int8, json, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Tells others how many slots a process has for their steps. */
export const announceSpareSlots = statement({
  name: "announce_spare_slots",
  text: "update tasker_processes set spare_slots = $2 where process_id = $1 and stopped_at is null",
  parameters: [int8, int4],
  columns: {},
});

/** Whether somebody else offers steps of these kinds. */
export const findOffers = statement({
  name: "find_offers",
  text: `
    select exists (
      select from unnest($2::int4[]) as kind(id)
      cross join lateral (
        select from tasker_ready_steps o
        where o.queue = '@engines' and o.named_task_id = kind.id and o.owner_id <> $1 limit 1
      ) f
    ) as found`,
  parameters: [int8, array(int4)],
  columns: { found: bool },
});

/** Starts attempts of steps that others offer. */
export const takeSteps = statement({
  name: "take_steps",
  text: `
    select execution_id, workflow_step_id, task_id, attempt, owner_id, revision
    from tasker_take_steps($1, $2, '@engines', $3, $4, $5)`,
  parameters: [int8, varchar, array(int4), int4, timestamp],
  columns: {
    execution_id: varchar,
    workflow_step_id: int8,
    task_id: int8,
    attempt: int4,
    owner_id: int8,
    revision: int4,
  },
});

/** A step whose attempt this process has started. */
export type TakenRow = RowOf<typeof takeSteps.columns>;

/** Writes what came of attempts; tells how they stand now, and who owns their tasks. */
export const finishExecutions = statement({
  name: "finish_executions",
  text: "select execution_id, state, owner_id from tasker_finish_executions($1, $2, $3)",
  parameters: [int8, timestamp, json],
  columns: { execution_id: varchar, state: varchar, owner_id: int8 },
});

/** Says that attempts still run; gives those that are still the process's own. */
export const beatExecutions = statement({
  name: "beat_executions",
  text: "select execution_id from tasker_beat_executions($1, $2)",
  parameters: [int8, array(varchar)],
  columns: { execution_id: varchar },
});
