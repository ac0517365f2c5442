import type { HistoryRule } from "../history-rule.ts";

/** Rows with the writer 0. */
export const operatorRows: HistoryRule = {
  name: "operator actions",
  verifies: "what an operator has written names action, actor and reason, and is written down as an action",
  readsEngineTables: true,
  sql: `
    select m.task_id, m.step_id,
      format('%s by %s at sort key %s: %s', coalesce(m.metadata ->> 'action', 'no action'),
        coalesce(m.metadata ->> 'actor', 'nobody'), m.sort_key, coalesce(m.metadata ->> 'reason', 'no reason')) as found,
      false as unclear
    from moves m
    where m.writer = 0 and m.metadata ? 'action' and not exists (
      select from tasker_operator_actions a where a.action = m.metadata ->> 'action' and a.actor = m.metadata ->> 'actor'
        and a.reason = m.metadata ->> 'reason'
        and (a.task_id = m.task_id or (a.details ->> 'new_task_id')::int8 = m.task_id)
    )`,
};
