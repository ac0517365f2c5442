import type { HistoryRule } from "../history-rule.ts";

/** The column counts attempts, as the reference does; what was given back counts nowhere. */
export const attemptsColumn: HistoryRule = {
  name: "attempts",
  verifies: "attempts are the starts less those that were given back and those that an operator had forgotten",
  readsEngineTables: true,
  sql: `
    with forgotten as (
      select q.step_id, sum(q.attempts) as attempts from (
        select a.workflow_step_id as step_id, (a.details ->> 'attempts')::int8 as attempts from asked k
        join tasker_operator_actions a on a.task_id = k.task_id and a.action = 'reset_attempts'
        union all
        select e.key::int8, e.value::int8 from asked k
        join tasker_operator_actions a on a.task_id = k.task_id and a.action = 'rerun_from'
        cross join lateral jsonb_each_text(a.details -> 'attempts') e
      ) q group by q.step_id
    )
    select s.task_id, s.step_id,
      format('%s attempts, %s starts, %s given back, %s forgotten', coalesce(s.attempts::text, 'no'), s.starts, s.given_back,
        coalesce(f.attempts, 0)) as found,
      false as unclear
    from steps s
    left join forgotten f on f.step_id = s.step_id
    where s.ours and s.attempts is distinct from s.starts - s.given_back - coalesce(f.attempts, 0)`,
};
