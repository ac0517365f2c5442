import { z } from "zod";
import { route } from "../route.ts";
import { TaskParams } from "../shapes/common.ts";
import { EventsQuery, QueuesQuery, TaskEventsQuery } from "../shapes/live.ts";

const STREAM = {
  method: "GET",
  tag: "Live",
  answer: z.string(),
  answerType: "text/event-stream",
  waits: true,
} as const;

const LIVE =
  "Server-sent events; see docs/live-events.md. Begins with what happens from now on, or after `Last-Event-ID`.";

/** Streams events. */
export const streamEvents = route({
  ...STREAM,
  id: "streamEvents",
  path: "/v1/events/stream",
  summary: "Watch what happens to tasks and steps",
  description: LIVE,
  permission: { resource: "tasker.event", action: "index", on: "list" },
  query: EventsQuery,
});

/** Streams the events of a task. */
export const streamTaskEvents = route({
  ...STREAM,
  id: "streamTaskEvents",
  path: "/v1/tasks/{task_id}/events",
  summary: "Watch what happens to one task and its steps",
  description: LIVE,
  permission: { resource: "tasker.event", action: "index", on: "task" },
  params: TaskParams,
  query: TaskEventsQuery,
  errors: [404],
});

/** Streams the figures of queues. */
export const streamQueues = route({
  ...STREAM,
  id: "streamQueues",
  path: "/v1/queues/stream",
  summary: "Watch how many tasks wait and run",
  description: "Server-sent events: the figures at once, and each time they have changed, at most every two seconds.",
  permission: { resource: "tasker.event", action: "index", on: "list" },
  query: QueuesQuery,
});
