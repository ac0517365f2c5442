import type { HistoryRule } from "../history-rule.ts";

/** The move to pending is written with the start that follows it. */
export const failedSteps: HistoryRule = {
  name: "failed steps",
  verifies:
    "a failed step reads as error until its next attempt starts: only an interruption or an operator leaves one pending",
  sql: `
    select m.task_id, m.step_id, format('pending since sort key %s', m.sort_key) as found, false as unclear
    from moves m
    where m.kind = 'step' and m.writer is not null and m.newest and m.to_state = 'pending'
      and not m.metadata ?| array['interruptions', 'action']`,
};
