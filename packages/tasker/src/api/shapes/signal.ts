import { z } from "zod";
import { Id, Json, Moment, PageEnd, PageQuery } from "./common.ts";

/** What tells a task something. */
export const SignalBody = z.strictObject({
  name: z.string().min(1).max(128),
  payload: Json.default(null).describe("What the step that takes it stores"),
  sender: z.string().min(1).max(128).optional().describe("Who sends it, stored with it. Default: who asks"),
});

/** What became of it. */
export const SignalSent = z.object({
  signal_id: Id,
  created: z.boolean().describe("False: there was a signal with this idempotency key already"),
});

/** A signal of a task. */
export const Signal = z.object({
  signal_id: Id,
  name: z.string(),
  payload: Json,
  sender: z.string().nullable(),
  received_at: Moment,
  consumed_at: Moment.nullable().describe("When a step took it; null: it waits for one"),
  consumed_by_step_id: Id.nullable(),
});

/** Which page of the signals of a task is asked for. */
export const SignalQuery = PageQuery.extend({
  waiting: z.boolean().default(false).describe("Only those that no step has taken"),
});

/** A page of signals. */
export const SignalPage = PageEnd.extend({ signals: z.array(Signal) });
