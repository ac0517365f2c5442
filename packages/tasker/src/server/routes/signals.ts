import { listSignals, sendSignal } from "../../api/routes/signals.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import { readSignalPage } from "../../reading/signals/signal-page.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import { idempotencyKeyOf } from "../http/idempotency-key.ts";

/** Longest idempotency key of a signal, and longest name of a sender, in characters. */
const LONGEST_KEY = 255;
const LONGEST_SENDER = 128;

/** Sends a signal. */
export const signalSending = implement(sendSignal, async (call) => {
  const { params, body, principal, request, parts, scope } = call;
  const { name, payload } = body;
  const sender = body.sender ?? (principal.kind === "anonymous" ? undefined : principal.name.slice(0, LONGEST_SENDER));
  const idempotencyKey = idempotencyKeyOf(request, LONGEST_KEY);
  const { signalId, created } = await parts.engine.signal(params.task_id, name, payload, {
    ...(sender === undefined ? {} : { sender }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    alongside: async (transaction, sent) => {
      const details = { task_id: params.task_id, signal_id: sent.signalId, name };
      const deed = { action: "task.signal", resource: "tasker.task", resourceId: params.task_id, namespace: scope[0] };
      await recordAudit(transaction, auditEntryOf(call, { ...deed, details }));
    },
  });
  return { answer: { signal_id: signalId, created }, status: created ? 201 : 200 };
});

/** Lists the signals of a task. */
export const signalList = implement(listSignals, async ({ params, query, parts: { database } }) => {
  const { items, nextCursor } = await readSignalPage(database, params.task_id, query);
  const signals = items.map(({ task_id: _, idempotency_key: __, ...signal }) => signal);
  return { answer: { signals, next_cursor: nextCursor } };
});
