import type { HistoryRule } from "../history-rule.ts";

/** The reference refuses anything else; an engine finds its own rows by `writer`. */
export const transitionMetadata: HistoryRule = {
  name: "transition metadata",
  verifies: "metadata is an object, and that of an engine has its writer",
  sql: `
    select m.task_id, m.step_id,
      format('metadata %s at sort key %s', coalesce(left(m.metadata::text, 100), 'null'), m.sort_key) as found,
      false as unclear
    from moves m
    where jsonb_typeof(m.metadata) <> 'object' or (m.metadata ? 'writer' and m.writer is null)`,
};
