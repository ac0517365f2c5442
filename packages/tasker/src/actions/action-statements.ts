import { array, int4, int8, jsonb, nullable, text, textOf, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { ActionReason } from "./action-result.ts";

/** How the database answers an action. */
export type StoredOutcome = "done" | "already" | "refused" | "unknown" | "conflict";

const CODE = nullable(textOf<ActionReason | "task" | "step">());

/** An action on one step and its row of the audit log; see migrations 0021 and 0035. */
export const actOnStep = statement({
  name: "act_on_step",
  text: `
    select a.outcome, a.code, a.step_id, a.step_name, a.moved, a.owner_id, a.revision, a.first_seq, a.last_seq
    from tasker_act_on_step($1, $2, $3, $4, $5, $6, $7) a
    cross join lateral tasker_audit_action(a.outcome, $1, a.step_id, a.step_name, null, $5, $6, $8)`,
  parameters: [int8, text, nullable(int8), nullable(text), timestamp, jsonb, jsonb, jsonb],
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

/** An action on a task and its row of the audit log; see migrations 0022 and 0035. */
export const actOnTask = statement({
  name: "act_on_task",
  text: `
    select a.outcome, a.code, a.step_id, a.step_name, a.moved, a.owner_id, a.revision, a.first_seq, a.last_seq
    from tasker_act_on_task($1, $2, $3, $4, $5, $6) a
    cross join lateral tasker_audit_action(a.outcome, $1, a.step_id, a.step_name, null, $5, $6, $7)`,
  parameters: [int8, text, nullable(int8), nullable(text), timestamp, jsonb, jsonb],
  columns: actOnStep.columns,
});

/** Does a finished task again as a new one, with a row of the audit log; see migrations 0022 and 0035. */
export const rerunAsNew = statement({
  name: "rerun_as_new",
  text: `
    select a.outcome, a.code, a.step_id, a.step_name, a.moved, a.new_task_id
    from tasker_rerun_as_new($1, $2, $3, $4, $5, $6) a
    cross join lateral tasker_audit_action(a.outcome, $1, a.step_id, a.step_name, a.new_task_id, $4, $5, $7)`,
  parameters: [int8, nullable(int8), nullable(text), timestamp, jsonb, text, jsonb],
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
