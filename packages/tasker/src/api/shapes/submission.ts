import { z } from "zod";
import { Id, Json, Moment } from "./common.ts";

/** What creates a task. */
export const TaskCreation = z.strictObject({
  name: z.string().min(1).max(64).describe("Name of the template"),
  namespace: z.string().min(1).max(64).optional().describe("Default: `default`"),
  version: z.string().min(1).max(128).optional().describe("A version, a range such as `^1.2.0`, or `latest` (default)"),
  context: z.record(z.string(), Json).describe("The task's input, checked against the template's schema"),
  initiator: z.string().max(128).optional(),
  source_system: z.string().max(128).optional(),
  reason: z.string().max(128).optional(),
  tags: z.array(z.string()).optional(),
  bypass_steps: z.array(z.string()).optional().describe("Skippable steps that the task goes on without"),
  priority: z.int().min(-32_768).max(32_767).optional().describe("Higher runs first. Default: 0"),
  run_at: Moment.optional().describe("Not before this moment"),
  correlation_id: z.string().min(1).max(128).optional(),
});

/** What became of it. */
export const TaskCreated = z.object({
  task_id: Id,
  created: z.boolean().describe("False: there was a task with this idempotency key already"),
});
