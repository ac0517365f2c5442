import { z } from "zod";
import { Id, Moment, PageEnd, PageQuery, Reason } from "./common.ts";

/** How a durable subscriber stands. */
export const Subscriber = z.object({
  name: z.string(),
  filter: z.unknown().describe("Which events it wants, as whoever ran it last said"),
  owner: z.string().nullable().describe("The process that runs it; null: none does"),
  lag_events: z.int().describe("Rows of the log that it has still to read, counted by their ids: at most so many"),
  lag_seconds: z.number().describe("How long the oldest of them has been there"),
  held: z.int().describe("Events that are kept because they, or one before them of their task, failed. Up to 10,000"),
  dead_letters: z.int().describe("Events that were given up. Up to 10,000"),
  created_at: Moment,
  temporary: z.boolean().describe("Whether it is that of a replay, which goes when that has ended"),
});

/** A subscriber, by its name. */
export const SubscriberParams = z.strictObject({ subscriber: z.string().min(1).max(255) });

/** From where a subscriber is to be told events once more. */
export const ReplayBody = z.strictObject({
  from: z.union([Moment, z.literal("beginning")]).describe("Events that were written at this moment or later"),
  reason: Reason,
});

/** An attempt to deliver an event to a webhook. */
export const WebhookDelivery = z.object({
  delivery_id: Id,
  at: Moment,
  subscriber: z.string(),
  event_id: z.string(),
  event_name: z.string(),
  task_id: Id.nullable(),
  url: z.string(),
  attempt: z.int(),
  delivered: z.boolean(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  duration_ms: z.int(),
});

/** Which attempts are asked for. */
export const WebhookDeliveryQuery = PageQuery.extend({
  subscriber: z.string().min(1).max(255).optional(),
  event_id: z.string().min(1).max(512).optional(),
  task_id: Id.optional(),
  failed: z.boolean().default(false).describe("Only attempts that did not deliver"),
});

/** A page of attempts. */
export const WebhookDeliveryPage = PageEnd.extend({ deliveries: z.array(WebhookDelivery) });
