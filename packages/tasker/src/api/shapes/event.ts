import { z } from "zod";
import { Id, Moment } from "./common.ts";

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
