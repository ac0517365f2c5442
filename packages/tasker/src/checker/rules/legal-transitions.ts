import { STEP_TRANSITIONS } from "../../states/step-state.ts";
import { TASK_TRANSITIONS } from "../../states/task-state.ts";
import type { HistoryRule } from "../history-rule.ts";

const MACHINES = { task: TASK_TRANSITIONS, step: STEP_TRANSITIONS };

const LEGAL = Object.entries(MACHINES)
  .flatMap(([kind, moves]) =>
    Object.entries(moves).flatMap(([from, targets]) => targets.map((to) => `('${kind}', '${from}', '${to}')`)),
  )
  .join(", ");

/** A first row for `pending` is what the reference writes when it is told to initialise a state machine. */
export const legalTransitions: HistoryRule = {
  name: "legal transitions",
  verifies: "each transition is one that the machine of tasks or of steps has",
  sql: `
    select m.task_id, m.step_id, format('%s to %s at sort key %s', m.before, m.to_state, m.sort_key) as found,
      false as unclear
    from moves m
    left join (values ${LEGAL}) as legal (kind, before, after)
      on legal.kind = m.kind and legal.before = m.before and legal.after = m.to_state
    where legal.kind is null and not (m.place = 1 and m.to_state = 'pending' and m.writer is null)`,
};
