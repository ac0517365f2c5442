import type { HistoryRule } from "../history-rule.ts";

/** Readers, the reference among them, find the current state by the flag. */
export const currentTransition: HistoryRule = {
  name: "current transition",
  verifies: "the row with the greatest sort key is most_recent, and no other",
  sql: `
    select m.task_id, m.step_id,
      format('most_recent is %s on %s at sort key %s', coalesce(m.most_recent::text, 'null'),
        case when m.newest then 'the last row' else 'an earlier row' end, m.sort_key) as found,
      false as unclear
    from moves m where m.most_recent is distinct from m.newest`,
};
