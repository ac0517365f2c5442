import type { HistoryRule } from "../history-rule.ts";

/** The reference's readers go by the columns. */
export const retryColumns: HistoryRule = {
  name: "retry columns",
  verifies:
    "backoff_request_seconds is the wait of the retry that is to come, rounded up; a step that failed for good is not retryable",
  sql: `
    select s.task_id, s.step_id,
      format('%s: backoff_request_seconds %s, retryable %s, metadata %s', s.state,
        coalesce(s.backoff_request_seconds::text, 'null'), s.retryable, left(s.metadata::text, 100)) as found,
      false as unclear
    from steps s
    where s.ours and (
      s.backoff_request_seconds is distinct from case
        when s.state = 'error' and jsonb_typeof(s.metadata -> 'backoff_seconds') = 'number'
        then ceil((s.metadata ->> 'backoff_seconds')::numeric)::int4 end
      or (s.state = 'error' and s.retryable and s.metadata @> '{"permanent": true}')
    )`,
};
