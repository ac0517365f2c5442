import { z } from "zod";
import { listActions, listTransitions } from "../../api/routes/task-history.ts";
import { readActionPage } from "../../reading/actions/action-page.ts";
import { readTransitionPage } from "../../reading/transitions/transition-page.ts";
import { implement } from "../http/call.ts";
import { knownState } from "./known-state.ts";

const Metadata = z.record(z.string(), z.unknown()).nullable().catch(null);

/** Lists the transitions of a task and its steps. */
export const transitionList = implement(listTransitions, async ({ params, query, parts: { database } }) => {
  const { items, nextCursor } = await readTransitionPage(database, params.task_id, query);
  const transitions = items.map((row) => ({
    step_id: row.workflow_step_id,
    step_name: row.step_name,
    from_state: row.from_state,
    to_state: knownState(row.to_state),
    metadata: Metadata.parse(row.metadata),
    at: row.created_at,
  }));
  return { answer: { transitions, next_cursor: nextCursor } };
});

/** Lists what operators did to a task. */
export const actionList = implement(listActions, async ({ params, query, parts: { database } }) => {
  const { items, nextCursor } = await readActionPage(database, params.task_id, query);
  return { answer: { actions: items, next_cursor: nextCursor } };
});
