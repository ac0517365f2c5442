import type { HistoryRule } from "../history-rule.ts";

/** The reference keeps an error in the results. */
export const stepResults: HistoryRule = {
  name: "step results",
  verifies:
    "the results of a failed step hold its error, unless they are encrypted, and those of a step that never ran are empty",
  sql: `
    select s.task_id, s.step_id, format('%s: results %s', s.state, left(s.results::text, 100)) as found, false as unclear
    from steps s
    where s.ours and (
      (s.state = 'error' and s.results ->> '$tasker' is distinct from 'enc1' and (s.results ->> 'error' is null or s.results ->> 'error_class' is null
        or not s.results ? 'backtrace'
        or (not s.metadata ? 'interrupted' and s.results ->> 'error' <> s.metadata ->> 'error_message')))
      or (s.starts = 0 and not coalesce(s.metadata ? 'resolution', false) and s.results is distinct from '{}'::jsonb)
    )`,
};
