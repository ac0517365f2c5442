import { z } from "zod";
import { Id, Json, Moment } from "../common.ts";
import { State } from "../task.ts";

/** A step as the reference has it. */
export const ReferenceStep = z.object({
  task_id: Id,
  workflow_step_id: Id,
  name: z.string(),
  named_step_id: Id,
  status: State,
  attempts: z.int().nullable(),
  skippable: z.boolean(),
  retryable: z.boolean(),
  retry_limit: z.int().nullable(),
  processed: z.boolean(),
  processed_at: Moment.nullable(),
  in_process: z.boolean(),
  backoff_request_seconds: z.number().nullable(),
  last_attempted_at: Moment.nullable(),
  inputs: Json,
  results: Json,
  children_ids: z.array(Id),
  parents_ids: z.array(Id),
  siblings_ids: z.array(Id),
});

/** A task as the reference has it. */
export const ReferenceTask = z.object({
  task_id: Id,
  name: z.string(),
  namespace: z.string(),
  version: z.string(),
  full_name: z.string(),
  initiator: z.string().nullable(),
  source_system: z.string().nullable(),
  context: Json,
  reason: z.string().nullable(),
  bypass_steps: Json,
  tags: Json,
  requested_at: Moment,
  complete: z.boolean(),
  status: State,
  workflow_steps: z.array(ReferenceStep),
  task_annotations: z.array(
    z.object({ task_id: Id, task_annotation_id: Id, annotation: Json, annotation_type_name: z.string() }),
  ),
});

/** What creates a task; other keys are dropped. */
export const ReferenceTaskCreation = z.object({
  name: z.string().max(64).nullish(),
  namespace: z.string().min(1).max(64).nullish().describe("Default: `default`"),
  version: z.string().min(1).max(128).nullish().describe("A version, a range such as `^1.2.0`, or `latest` (default)"),
  context: z.record(z.string(), Json),
  initiator: z.string().max(128).nullish(),
  source_system: z.string().max(128).nullish(),
  reason: z.string().max(128).nullish(),
  tags: z.array(z.string()).nullish(),
});

/** Page and order of a list, as the reference has them. */
export const OffsetQuery = z.strictObject({
  limit: z.int().min(1).max(200).default(20),
  offset: z.int().min(0).max(1_000_000_000).default(0),
  sort_by: z.string().max(64).optional().describe("A column; of another name the default is taken: the id"),
  sort_order: z.enum(["asc", "desc"]).default("asc"),
});
