import type { HistoryRule } from "../history-rule.ts";

/** `seq` is the number of the commit, drawn while the task was locked, and the place in it. */
export const commitOrder: HistoryRule = {
  name: "commit order",
  verifies: "each row of an engine has a seq, no other of its task has the same, and it rises with the sort key",
  sql: `
    select n.task_id, n.step_id,
      case when n.seq is null then format('no seq at sort key %s', n.sort_key)
           when n.same > 1 then format('seq %s at sort key %s, and on another row of the task', n.seq, n.sort_key)
           else format('seq %s at sort key %s after %s', n.seq, n.sort_key, n.seq_before) end as found,
      false as unclear
    from (
      select m.*, lag(m.seq) over (partition by m.kind, m.owner order by m.sort_key) as seq_before,
        count(*) over (partition by m.task_id, m.seq) as same
      from moves m where m.writer is not null
    ) n
    where n.seq is null or n.same > 1 or n.seq <= n.seq_before`,
};
