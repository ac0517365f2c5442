import { isOrphan } from "../../engine/find-orphans.ts";
import type { HistoryRule } from "../history-rule.ts";

/** Compared with when the transaction began, and with it the snapshot: a long check must not take the living for dead. */
export const orphans: HistoryRule = {
  name: "orphans",
  verifies: "a live task is owned by a process that lives, has a time at which it wants to be claimed, or is paused",
  readsEngineTables: true,
  sql: `
    select r.task_id, null::int8 as step_id,
      case when r.owner_id = 0 then format('%s, without an owner and a time to wake up at', r.state)
           else format('%s, owned by process %s, which is gone', r.state, r.owner_id) end as found,
      false as unclear
    from tasks r
    where r.has_run and ${isOrphan("r.state", "transaction_timestamp()", "(select g.takeover_ms from given g)")}`,
};
