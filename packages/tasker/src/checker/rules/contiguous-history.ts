import type { HistoryRule } from "../history-rule.ts";

/** The reference leaves `from_state` out. */
export const contiguousHistory: HistoryRule = {
  name: "contiguous history",
  verifies:
    "from_state is the state that the row before left, pending for a first row; rows of the reference may have none",
  sql: `
    select m.task_id, m.step_id,
      format('from_state %s after %s at sort key %s', coalesce(quote_literal(m.from_state), 'null'), m.before, m.sort_key)
        as found,
      false as unclear
    from moves m
    where m.from_state <> m.before or (m.from_state is null and m.writer is not null)`,
};
