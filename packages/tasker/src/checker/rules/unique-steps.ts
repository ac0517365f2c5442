import type { HistoryRule } from "../history-rule.ts";

/** The shared schema has no unique index for it. */
export const uniqueSteps: HistoryRule = {
  name: "unique steps",
  verifies: "a task has one step at most of each named step",
  sql: `
    select s.task_id, max(s.step_id) as step_id, format('%s steps of named step %s', count(*), s.named_step_id) as found,
      false as unclear
    from steps s group by s.task_id, s.named_step_id having count(*) > 1`,
};
