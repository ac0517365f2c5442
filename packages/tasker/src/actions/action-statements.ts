import { array, int4, int8, jsonb, nullable, text, textOf, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { ActionReason } from "./action-result.ts";

/** How the database answers an action. */
export type StoredOutcome = "done" | "already" | "refused" | "unknown" | "conflict";

const CODE = nullable(textOf<ActionReason | "task" | "step">());

/** An action on one step; see migration 0021. */
export const actOnStep = statement({
  name: "act_on_step",
  text: `
    select outcome, code, step_id, step_name, moved, owner_id, revision, first_seq, last_seq
    from tasker_act_on_step($1, $2, $3, $4, $5, $6, $7)`,
  parameters: [int8, text, nullable(int8), nullable(text), timestamp, jsonb, jsonb],
  columns: {
    outcome: textOf<StoredOutcome>(),
    code: CODE,
    step_id: nullable(int8),
    step_name: nullable(varchar),
    moved: int4,
    owner_id: nullable(int8),
    revision: nullable(int4),
    first_seq: nullable(int8),
    last_seq: nullable(int8),
  },
});

/** An action on a task; see migration 0022. */
export const actOnTask = statement({
  name: "act_on_task",
  text: `
    select outcome, code, step_id, step_name, moved, owner_id, revision, first_seq, last_seq
    from tasker_act_on_task($1, $2, $3, $4, $5, $6)`,
  parameters: [int8, text, nullable(int8), nullable(text), timestamp, jsonb],
  columns: actOnStep.columns,
});

/** Does a finished task again as a new one; see migration 0022. */
export const rerunAsNew = statement({
  name: "rerun_as_new",
  text: `
    select outcome, code, step_id, step_name, moved, new_task_id
    from tasker_rerun_as_new($1, $2, $3, $4, $5, $6)`,
  parameters: [int8, nullable(int8), nullable(text), timestamp, jsonb, text],
  columns: {
    outcome: textOf<StoredOutcome>(),
    code: CODE,
    step_id: nullable(int8),
    step_name: nullable(varchar),
    moved: int4,
    new_task_id: nullable(int8),
  },
});

/** The actions that were done to tasks, oldest first. */
export const listActions = statement({
  name: "list_operator_actions",
  text: `
    select a.action_id, a.task_id, a.workflow_step_id, (
        select n.name from tasker_workflow_steps w join tasker_named_steps n on n.named_step_id = w.named_step_id
        where w.workflow_step_id = a.workflow_step_id
      ) as step_name, a.action, a.actor, a.reason, a.details, a.created_at
    from tasker_operator_actions a where a.task_id = any($1) order by a.task_id, a.action_id`,
  parameters: [array(int8)],
  columns: {
    action_id: int8,
    task_id: int8,
    workflow_step_id: nullable(int8),
    step_name: nullable(varchar),
    action: varchar,
    actor: varchar,
    reason: text,
    details: jsonb,
    created_at: timestamp,
  },
});
