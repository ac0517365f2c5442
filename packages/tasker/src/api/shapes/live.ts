import { z } from "zod";
import { Id } from "./common.ts";

const Name = z.string().min(1).max(255);

/** Where a client was. */
export const AfterQuery = z.strictObject({
  after: z
    .string()
    .max(4_000)
    .optional()
    .describe(
      "`id` of the last thing that was got: what comes after it is told. The header `Last-Event-ID` says the same",
    ),
});

/** Which events of one task are told. */
export const TaskEventsQuery = AfterQuery.extend({
  name: z
    .array(Name)
    .min(1)
    .max(50)
    .optional()
    .describe("Names and globs of events: `task.completed`, `step.*`, `order.**`; `!step.completed` leaves out"),
});

/** Which events are told. */
export const EventsQuery = TaskEventsQuery.extend({
  namespace: z.array(Name).min(1).max(100).optional(),
  template: z.array(Name).min(1).max(100).optional().describe("Names of templates"),
  task_id: Id.optional(),
});

/** Which queues are told of. */
export const QueuesQuery = z.strictObject({ namespace: z.array(Name).min(1).max(100).optional() });
