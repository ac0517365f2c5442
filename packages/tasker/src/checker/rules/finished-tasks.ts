import type { HistoryRule } from "../history-rule.ts";

/** A cancelled step satisfies nothing, but a task can do without one that is skippable. */
export const finishedTasks: HistoryRule = {
  name: "finished tasks",
  verifies:
    "each step of a complete task is satisfied, or cancelled and skippable; none of a failed one goes on; none of one that an operator has cancelled is open",
  sql: `
    select k.task_id, s.step_id, format('task %s, step %s', k.state, s.state) as found, not k.ours as unclear
    from tasks k
    join steps s on s.task_id = k.task_id
    where (k.state = 'complete' and s.state not in ('complete', 'resolved_manually')
        and not (s.state = 'cancelled' and s.skippable))
      or (k.state = 'error' and k.ours and (s.state = 'in_progress'
        -- An operator may have taken its further attempts from it.
        or (s.state = 'error' and s.ours and s.metadata @> '{"retry_available": true}' and s.attempts < s.retry_limit)))
      or (k.metadata ->> 'action' = 'cancel_task' and s.state in ('pending', 'in_progress', 'error'))`,
};
