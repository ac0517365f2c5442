import type { HistoryRule } from "../history-rule.ts";

/** The reference sets some of them by itself, before or after the transition. */
export const stepColumns: HistoryRule = {
  name: "step columns",
  verifies: "in_process, processed, processed_at and last_attempted_at are what the transitions say",
  sql: `
    select s.task_id, s.step_id,
      format('%s: in_process %s, processed %s, processed_at %s, last_attempted_at %s', s.state, s.in_process, s.processed,
        coalesce(s.processed_at::text, 'null'), coalesce(s.last_attempted_at::text, 'null')) as found,
      not s.ours as unclear
    from steps s
    where s.in_process <> (s.state = 'in_progress') or s.processed <> (s.state in ('complete', 'resolved_manually'))
      or (s.ours and (s.last_attempted_at is distinct from s.last_start
        or s.processed_at is distinct from case when s.state in ('complete', 'resolved_manually') then s.since end))`,
};
