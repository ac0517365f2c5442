import { z } from "zod";
import { route } from "../route.ts";
import { EventDescription, EventPage, EventPageQuery } from "../shapes/event.ts";

/** Lists events of the log. */
export const listEvents = route({
  id: "listEvents",
  method: "GET",
  path: "/v1/events",
  tag: "Events",
  summary: "List events of the log, the oldest first",
  description:
    "Of the events that are kept in the database. Those of a task are in their order within a page. A page may have fewer than asked " +
    "for, or none, and not be the last: go on while there is a `next_cursor`. What was not committed yet when a page passed it " +
    "by is left out; a durable subscriber misses nothing.",
  permission: { resource: "tasker.event", action: "index", on: "list" },
  query: EventPageQuery,
  answer: EventPage,
});

/** Lists the catalogue of events. */
export const listEventTypes = route({
  id: "listEventTypes",
  method: "GET",
  path: "/v1/event-types",
  tag: "Events",
  summary: "List the events that there are: those of Tasker, and those that templates of this process declare",
  permission: { resource: "tasker.event", action: "index", on: "list" },
  query: z.strictObject({
    category: z.string().min(1).max(64).optional(),
    search: z.string().min(1).max(255).optional().describe("A part of the name or of the description, in any case"),
  }),
  answer: z.object({ event_types: z.array(EventDescription) }),
});

/** Shows an event of the catalogue. */
export const getEventType = route({
  id: "getEventType",
  method: "GET",
  path: "/v1/event-types/{name}",
  tag: "Events",
  summary: "Show what an event tells, and when",
  permission: { resource: "tasker.event", action: "show", on: "list" },
  params: z.strictObject({ name: z.string().min(1).max(255) }),
  answer: EventDescription,
  errors: [404],
});
