import {
  actOnDeadLetters,
  discardDeadLetter,
  getDeadLetter,
  listDeadLetters,
  retryDeadLetter,
} from "../../api/routes/dead-letters.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import {
  type DeadLetter,
  type DeadLetterChange,
  discardDeadLetters,
  findDeadLetter,
  listDeadLetters as readDeadLetters,
  retryDeadLetters,
} from "../../event-log/manage/dead-letters.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { IdKey, pageOf } from "../../reading/paging/page.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import { requireChoice } from "./require-choice.ts";
import { shownEvent } from "./shown-event.ts";

const LIST = "dead_letters";

/** Lists dead letters. */
export const deadLetterList = implement(listDeadLetters, async ({ query, parts: { database } }) => {
  const { limit, cursor, subscriber, event, task_id: taskId } = query;
  const [after] = cursor === undefined ? [0] : decodeCursor(LIST, IdKey, cursor);
  const found = await readDeadLetters(database, { subscriber, event, taskId, after, limit: limit + 1 });
  const { items, nextCursor } = pageOf(LIST, found, limit, ({ id }) => [id]);
  return { answer: { dead_letters: items.map(shownLetter), next_cursor: nextCursor } };
});

/** Shows a dead letter. */
export const deadLetterDetails = implement(getDeadLetter, async ({ params, parts: { database } }) => ({
  answer: shownLetter(await findDeadLetter(database, params.dead_letter_id)),
}));

type Action = "retry" | "discard";
type Acting = Parameters<typeof auditEntryOf>[0];

/** Does an action to letters, and writes to the audit log what was done to each. */
function act(
  call: Acting,
  action: Action,
  ids: readonly number[],
  reason: string,
  missing: DeadLetterChange["missing"],
) {
  const { database, clock } = call.parts;
  const options: DeadLetterChange = {
    clock,
    ...(missing === undefined ? {} : { missing }),
    alongside: async (transaction, changed) => {
      const deed = { action: `dead_letter.${action}`, resource: "tasker.dead_letter", details: { reason } };
      await recordAudit(transaction, ...changed.map((resourceId) => auditEntryOf(call, { ...deed, resourceId })));
    },
  };
  return action === "retry" ? retryDeadLetters(database, ids, options) : discardDeadLetters(database, ids, options);
}

/** Gives a dead letter to its subscriber once more. */
export const deadLetterRetry = implement(retryDeadLetter, async (call) => {
  const { dead_letter_id: id } = call.params;
  await act(call, "retry", [id], call.body.reason, "refuse");
  return { answer: { dead_letter_id: id } };
});

/** Deletes a dead letter. */
export const deadLetterDiscard = implement(discardDeadLetter, async (call) => {
  const { dead_letter_id: id } = call.params;
  await act(call, "discard", [id], call.body.reason, "refuse");
  return { answer: { dead_letter_id: id } };
});

/** Does something to all dead letters that a filter fits. */
export const deadLetterActions = implement(actOnDeadLetters, async (call) => {
  const { action, filter, all, limit, dry_run: isDryRun, reason } = call.body;
  await call.access.authorize("tasker.dead_letter", action === "retry" ? "retry" : "destroy");
  requireChoice(filter, all);
  const { subscriber, event, task_id: taskId } = filter;
  const found = await readDeadLetters(call.parts.database, { subscriber, event, taskId, limit: limit + 1 });
  const ids = found.slice(0, limit).map(({ id }) => id);
  const changed = isDryRun ? ids : await act(call, action, ids, reason, "pass_over");
  return { answer: { action, dry_run: isDryRun, dead_letter_ids: changed, more: found.length > limit } };
});

function shownLetter({ id, subscriber, event, attempts, error, firstAt, diedAt }: DeadLetter) {
  const facts = { dead_letter_id: id, subscriber, attempts, error, first_at: firstAt, died_at: diedAt };
  return { ...facts, event: shownEvent(event) };
}
