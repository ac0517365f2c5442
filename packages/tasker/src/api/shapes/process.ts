import { z } from "zod";
import { Id, Moment } from "./common.ts";

/** A process that runs tasks, or attempts of others; or a worker. */
export const Process = z.object({
  process_id: Id,
  host: z.string(),
  pid: z.int(),
  engine_version: z.string(),
  started_at: Moment,
  heartbeat_at: Moment,
  lease_ms: z.int(),
  expires_at: Moment,
  progress_at: Moment,
  stopped_at: Moment.nullable(),
  spare_slots: z.int(),
  lease: z.enum(["live", "late", "stopped"]).describe("Late: its lease is over, and others will take its tasks"),
  kinds: z
    .array(z.object({ namespace: z.string(), name: z.string(), version: z.string() }))
    .describe("The templates that are registered in it"),
  kind: z.enum(["engine", "worker"]),
  name: z.string().nullable().describe("What a worker calls itself"),
  language: z.string().nullable().describe("Of a worker; its release is the `engine_version`"),
  handlers: z.array(z.string()).describe("Those of a worker"),
  queues: z.array(z.string()).describe("From which a worker takes steps"),
  namespaces: z.array(z.string()).nullable().describe("Where a worker takes steps; null: in all, or it is none"),
  owned_tasks: z.int(),
  executions: z.int().describe("Attempts that run in it"),
});

/** The steps of one template that wait in a queue. */
export const Queue = z.object({
  queue: z.string(),
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  depth: z.int(),
  oldest_at: Moment,
  next_run_at: Moment,
});
