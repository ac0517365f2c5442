import type { HistoryRule } from "../history-rule.ts";

/** What ends a task lets it go in the same commit. */
export const releasedTasks: HistoryRule = {
  name: "released tasks",
  verifies: "a task that is over has no owner and no time at which it wants to be claimed",
  readsEngineTables: true,
  sql: `
    select k.task_id, null::int8 as step_id,
      format('%s: owner %s, wakes up at %s', k.state, k.owner_id, coalesce(k.wake_at::text, 'no time')) as found,
      false as unclear
    from tasks k
    where k.ours and k.state not in ('pending', 'in_progress') and (k.wake_at is not null or k.owner_id <> 0)`,
};
