import { z } from "zod";
import { Id, Moment, PageEnd, PageQuery } from "./common.ts";

/** Something that happened, as the event log, listeners and webhooks tell it. */
export const Event = z.object({
  id: z.string().describe("The same wherever the event is told"),
  name: z.string(),
  occurred_at: Moment,
  task_id: Id.nullable(),
  namespace: z.string().nullable(),
  task_name: z.string().nullable(),
  version: z.string().nullable(),
  correlation_id: z.string().nullable(),
  step_id: Id.nullable(),
  step_name: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
});

/** Which page of the log is asked for. */
export const EventPageQuery = z.strictObject({
  ...PageQuery.shape,
  limit: PageQuery.shape.limit.describe(
    "Most transitions and other rows that a page tells of; each tells an event, or a few",
  ),
  name: z.array(z.string().min(1).max(255)).optional().describe("Names, also with `*`: `step.*`"),
  namespace: z.array(z.string().min(1)).optional(),
  task_id: Id.optional(),
  from: Moment.optional().describe("Written at this moment or later. Default: from the oldest on"),
  before: Moment.optional().describe("Written before this moment"),
});

/** A page of the log. */
export const EventPage = PageEnd.extend({ events: z.array(Event) });

/** What the catalogue says of an event. */
export const EventDescription = z.object({
  name: z.string(),
  category: z.string(),
  constant: z.string().nullable().describe("Where the code has it; null for one that a template declares"),
  description: z.string(),
  fired_when: z.string(),
  fired_by: z.array(z.string()).describe("Handlers that may publish it; none for those of Tasker"),
  durability: z.enum(["derived", "on_request", "ephemeral"]).describe("Only `derived` ones are always kept"),
  conditions: z.array(z.string()),
  declared_in: z.array(z.string()),
  payload_schema: z.unknown(),
  example_payload: z.unknown(),
});
