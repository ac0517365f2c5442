import {
  getSubscriber,
  listSubscribers,
  listWebhookDeliveries,
  removeSubscriber,
  replaySubscriber,
} from "../../api/routes/subscribers.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import { MalformedRequestError } from "../../errors/index.ts";
import { removeSubscriber as remove, subscriberNotFound } from "../../event-log/manage/remove-subscriber.ts";
import { rewindSubscriber } from "../../event-log/manage/rewind-subscriber.ts";
import { listSubscribers as readSubscribers, type SubscriberStatus } from "../../event-log/manage/subscriber-status.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { IdKey, pageOf } from "../../reading/paging/page.ts";
import { listWebhookDeliveries as readDeliveries } from "../../subscribers/webhooks/list-deliveries.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import type { ServerParts } from "../server-parts.ts";

const DELIVERIES = "webhook_deliveries";

/** Lists durable subscribers. */
export const subscriberList = implement(listSubscribers, async ({ parts: { database, clock } }) => ({
  answer: { subscribers: (await readSubscribers(database, { clock })).map(shown) },
}));

/** Shows a durable subscriber. */
export const subscriberDetails = implement(getSubscriber, async ({ params, parts }) => ({
  answer: await find(parts, params.subscriber),
}));

/** Removes a durable subscriber. */
export const subscriberRemoval = implement(removeSubscriber, async (call) => {
  const { subscriber } = call.params;
  await call.parts.database.transaction(async (transaction) => {
    await remove(transaction, subscriber);
    const deed = { action: "subscriber.remove", resource: "tasker.subscriber", resourceId: subscriber };
    await recordAudit(transaction, auditEntryOf(call, { ...deed, details: { reason: call.body.reason } }));
  });
  return { answer: { subscriber } };
});

/** Has a durable subscriber be told events of the past once more. */
export const subscriberReplay = implement(replaySubscriber, async (call) => {
  const { subscriber } = call.params;
  const { from, reason } = call.body;
  const { database, clock } = call.parts;
  const now = new Date(clock.now());
  const start = from === "beginning" ? from : new Date(from);
  if (start instanceof Date && start > now)
    throw new MalformedRequestError([{ path: "body.from", value: from, expected: "a moment that has come" }]);
  await database.transaction(async (transaction) => {
    await rewindSubscriber(transaction, subscriber, start, now);
    const deed = { action: "subscriber.rewind", resource: "tasker.subscriber", resourceId: subscriber };
    await recordAudit(transaction, auditEntryOf(call, { ...deed, details: { reason, from } }));
  });
  return { answer: await find(call.parts, subscriber) };
});

/** Lists attempts of webhooks. */
export const webhookDeliveryList = implement(listWebhookDeliveries, async ({ query, parts: { database } }) => {
  const { limit, cursor, event_id: eventId, task_id: taskId, subscriber, failed } = query;
  const [before] = cursor === undefined ? [undefined] : decodeCursor(DELIVERIES, IdKey, cursor);
  const filter = { subscriber, eventId, taskId, failed, before, limit: limit + 1 };
  const { items, nextCursor } = pageOf(DELIVERIES, await readDeliveries(database, filter), limit, ({ id }) => [id]);
  const deliveries = items.map(({ id, at, eventId: event, eventName, taskId: task, duration, ...delivery }) => ({
    ...delivery,
    delivery_id: id,
    at: new Date(at),
    event_id: event,
    event_name: eventName,
    task_id: task,
    duration_ms: duration,
  }));
  return { answer: { deliveries, next_cursor: nextCursor } };
});

async function find({ database, clock }: ServerParts, name: string) {
  const found = (await readSubscribers(database, { clock })).find((subscriber) => subscriber.name === name);
  if (found === undefined) throw subscriberNotFound(name);
  return shown(found);
}

function shown({ name, filter, owner, held, ...status }: SubscriberStatus) {
  return {
    ...{ name, filter, owner, held },
    lag_events: status.lagEvents,
    lag_seconds: status.lagSeconds,
    dead_letters: status.deadLetters,
    created_at: status.createdAt,
    temporary: status.isTemporary,
  };
}
