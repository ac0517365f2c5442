import { z } from "zod";
import type { JsonValue } from "../../json/json-value.ts";
import { moment } from "../json-moment.ts";

const Json: z.ZodType<JsonValue> = z.json();

/** An attempt that another process, or a worker, runs for the one that owns the task; its moments as dates. */
export const OutsideAttempt = z.object({
  execution_id: z.string(),
  attempt: z.number(),
  process_id: z.number(),
  /** What a worker calls itself, and its language; null for a process with an engine. */
  worker: z.string().nullable(),
  language: z.string().nullable(),
  started_at: moment,
  heartbeat_at: moment,
  deadline_at: moment.nullable(),
  /** What a worker told last of how far it is. */
  progress: Json,
});
export type OutsideAttempt = z.infer<typeof OutsideAttempt>;
