import type { HistoryRule } from "../history-rule.ts";

/** The reference finds its open tasks by the mark. */
export const taskColumns: HistoryRule = {
  name: "task columns",
  verifies: "a task is marked complete if and only if its state is complete, and by the same commit",
  sql: `
    select k.task_id, null::int8 as step_id,
      format('%s: complete %s, updated_at %s', k.state, k.complete, k.updated_at) as found, not k.ours as unclear
    from tasks k
    where k.complete is distinct from (k.state = 'complete')
      or (k.ours and k.state = 'complete' and k.updated_at < k.since)`,
};
