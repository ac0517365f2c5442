import type { HistoryRule } from "../history-rule.ts";

/** An execution is one attempt in one process. One that somebody else has cut off has no end of its own. */
export const executions: HistoryRule = {
  name: "executions",
  verifies: "an execution starts once and ends once, unless it is running or somebody else has cut it off",
  sql: `
    select x.task_id, x.step_id,
      format('execution %s: %s starts, %s ends', x.execution, x.starts, x.ends) as found, false as unclear
    from (
      select m.task_id, m.step_id, m.execution, count(*) filter (where m.to_state = 'in_progress') as starts,
        count(*) filter (where m.to_state in ('complete', 'error', 'cancelled')) as ends,
        bool_or(m.newest) as is_current, bool_or(m.cut_off) as cut_off
      from (
        select q.*, lead(q.writer is null) over (partition by q.owner order by q.sort_key) as cut_off
        from moves q where q.kind = 'step'
      ) m
      where m.execution <> 'unknown' group by m.task_id, m.step_id, m.execution
    ) x
    where x.starts <> 1 or x.ends > 1 or (x.ends = 0 and not x.is_current and not coalesce(x.cut_off, false))`,
};
