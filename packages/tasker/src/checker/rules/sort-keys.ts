import type { HistoryRule } from "../history-rule.ts";

/** Of other writers the reference's own keep gaps of ten, others do not. */
export const sortKeys: HistoryRule = {
  name: "sort keys",
  verifies: "sort keys rise by 10 from 10 on; those of other writers rise in steps of their own, from 0 at least",
  sql: `
    select m.task_id, m.step_id,
      format('sort key %s after %s', m.sort_key, coalesce(m.key_before::text, 'nothing')) as found, false as unclear
    from moves m
    where case when m.writer is null then m.sort_key < 0 or m.sort_key <= m.key_before
               else m.sort_key <> coalesce(m.key_before, 0) + 10 end`,
};
