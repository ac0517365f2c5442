import type { HistoryRule } from "../history-rule.ts";

/** Steps that somebody else has started, too, are left out: only their attempts column counts those starts. */
export const attemptNumbers: HistoryRule = {
  name: "attempt numbers",
  verifies:
    "each start has the next attempt number, or the same again if the attempt before was given back; operators may reset it",
  readsEngineTables: true,
  sql: `
    with forgotten as (
      select a.workflow_step_id as step_id from asked k
      join tasker_operator_actions a on a.task_id = k.task_id and a.action = 'reset_attempts'
      union
      select e.key::int8 from asked k
      join tasker_operator_actions a on a.task_id = k.task_id and a.action = 'rerun_from'
      cross join lateral jsonb_each_text(a.details -> 'attempts') e
    ), starts as (
      select n.*, lag(n.attempt) over s as attempt_before, n.given_back - coalesce(lag(n.given_back) over s, 0) as back
      from (
        select m.*, case when m.metadata ->> 'attempt_number' ~ '^\\d{1,9}$'
            then (m.metadata ->> 'attempt_number')::int4 end as attempt,
          count(*) filter (where m.metadata ? 'interrupted' and not m.metadata ? 'permanent')
            over (partition by m.owner order by m.sort_key) as given_back
        from moves m where m.kind = 'step'
      ) n
      where n.to_state = 'in_progress' window s as (partition by n.owner order by n.sort_key)
    )
    select s.task_id, s.step_id,
      format('attempt %s after attempt %s at sort key %s, %s given back', coalesce(s.attempt::text, 'null'),
        coalesce(s.attempt_before, 0), s.sort_key, s.back) as found,
      false as unclear
    from starts s
    join steps w on w.step_id = s.step_id and w.ours
    left join forgotten f on f.step_id = s.step_id
    where s.attempt is distinct from coalesce(s.attempt_before, 0) + 1 - s.back
      and not (f.step_id is not null and s.attempt = 1)`,
};
