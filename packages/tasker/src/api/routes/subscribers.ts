import { z } from "zod";
import { route } from "../route.ts";
import { Reason } from "../shapes/common.ts";
import {
  ReplayBody,
  Subscriber,
  SubscriberParams,
  WebhookDeliveryPage,
  WebhookDeliveryQuery,
} from "../shapes/subscriber.ts";

/** Lists durable subscribers. */
export const listSubscribers = route({
  id: "listSubscribers",
  method: "GET",
  path: "/v1/subscribers",
  tag: "Events",
  summary: "List the durable subscribers with their lag, by name",
  permission: { resource: "tasker.subscriber", action: "index", on: "all" },
  answer: z.object({ subscribers: z.array(Subscriber) }),
});

/** Shows a durable subscriber. */
export const getSubscriber = route({
  id: "getSubscriber",
  method: "GET",
  path: "/v1/subscribers/{subscriber}",
  tag: "Events",
  summary: "Show a durable subscriber with its lag",
  permission: { resource: "tasker.subscriber", action: "show", on: "all" },
  params: SubscriberParams,
  answer: Subscriber,
  errors: [404],
});

/** Removes a durable subscriber. */
export const removeSubscriber = route({
  id: "removeSubscriber",
  method: "POST",
  path: "/v1/subscribers/{subscriber}/remove",
  tag: "Events",
  summary: "Forget a durable subscriber: its position, the events kept for it, its dead letters",
  description:
    "A process that runs it stops delivering when it notices, and makes it anew when it is started the next time.",
  permission: { resource: "tasker.subscriber", action: "destroy", on: "all" },
  params: SubscriberParams,
  body: z.strictObject({ reason: Reason }),
  answer: z.object({ subscriber: z.string() }),
  errors: [404],
});

/** Has a durable subscriber be told events of the past once more. */
export const replaySubscriber = route({
  id: "replaySubscriber",
  method: "POST",
  path: "/v1/subscribers/{subscriber}/replay",
  tag: "Events",
  summary: "Set a durable subscriber back: whoever runs it delivers everything from then on once more",
  description:
    "What had been delivered since is delivered again, in the same order. Events that are kept for it, and dead letters, stay. " +
    "Of rows that were pruned there are no events any more. 409 for a subscriber that is itself a replay.",
  permission: { resource: "tasker.event", action: "replay", on: "all" },
  params: SubscriberParams,
  body: ReplayBody,
  answer: Subscriber,
  errors: [404, 409],
});

/** Lists attempts of webhooks. */
export const listWebhookDeliveries = route({
  id: "listWebhookDeliveries",
  method: "GET",
  path: "/v1/webhook-deliveries",
  tag: "Events",
  summary: "List the attempts to deliver events to webhooks, newest first",
  permission: { resource: "tasker.subscriber", action: "index", on: "all" },
  query: WebhookDeliveryQuery,
  answer: WebhookDeliveryPage,
});
