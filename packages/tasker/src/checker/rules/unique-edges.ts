import type { HistoryRule } from "../history-rule.ts";

/** The shared schema has no unique index for it. */
export const uniqueEdges: HistoryRule = {
  name: "unique edges",
  verifies: "there is one edge at most from a step to another, and both are of the same task",
  sql: `
    select e.task_id, e.to_step_id as step_id,
      case when f.step_id is null then format('an edge from step %s, which is of another task', e.from_step_id)
           else format('%s edges from step %s', e.n, e.from_step_id) end as found,
      false as unclear
    from (
      select q.task_id, q.from_step_id, q.to_step_id, count(*) as n from edges q group by 1, 2, 3
    ) e
    left join steps f on f.step_id = e.from_step_id and f.task_id = e.task_id
    where e.n > 1 or f.step_id is null`,
};
