import { z } from "zod";
import { STATES } from "../../states/state.ts";
import { Id, Json, Moment, PageEnd, PageQuery } from "./common.ts";

/** States of tasks and steps. */
export const State = z.enum(STATES);

/** A task as lists show it. */
export const TaskSummary = z.object({
  task_id: Id,
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  state: State,
  requested_at: Moment,
  changed_at: Moment.nullable(),
  complete: z.boolean(),
  initiator: z.string().nullable(),
  source_system: z.string().nullable(),
  reason: z.string().nullable(),
  tags: Json.nullable(),
  correlation_id: z.string().nullable(),
  paused: z.boolean(),
  priority: z.int(),
  parent_task_id: Id.nullable(),
  wake_at: Moment.nullable(),
  steps: z.int(),
  done_steps: z.int(),
  failed_steps: z.int(),
});

/** What tasks must be like that a list shows; what is left out does not matter. */
export const TaskFilterQuery = z.strictObject({
  namespace: z.array(z.string().min(1)).optional(),
  name: z.string().min(1).optional(),
  version: z.string().min(1).optional(),
  state: z.array(State).optional(),
  initiator: z.string().optional(),
  source_system: z.string().optional(),
  tag: z.string().optional(),
  correlation_id: z.string().optional(),
  parent_task_id: Id.optional(),
  requested_from: Moment.optional().describe("Requested at this moment or later"),
  requested_before: Moment.optional(),
  reason: z.string().min(1).optional().describe("A part of it, in any case"),
  annotation_type: z.string().min(1).optional(),
  annotation_key: z.string().min(1).optional().describe("Only together with `annotation_type`"),
  annotation_value: z.string().optional().describe("Only together with `annotation_key`"),
  paused: z.boolean().optional(),
});

/** Which page of a list of tasks is asked for. */
export const TaskListQuery = TaskFilterQuery.extend({
  ...PageQuery.shape,
  order: z.enum(["-task_id", "task_id", "-requested_at", "requested_at"]).default("-task_id"),
  total: z.boolean().default(false).describe("Also count all that the filter fits, which takes a look at each"),
});

/** A page of tasks. */
export const TaskPage = PageEnd.extend({ tasks: z.array(TaskSummary), total: z.int().nullable() });

/** A step of a task. */
export const StepDetails = z.object({
  step_id: Id,
  name: z.string(),
  state: State,
  attempts: z.int(),
  retry_limit: z.int(),
  retryable: z.boolean(),
  depends_on: z.array(z.string()),
  last_attempted_at: Moment.nullable(),
  backoff_request_seconds: z.number().nullable(),
  changed_at: Moment.nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  inputs: Json,
  results: Json,
  left_out: z
    .boolean()
    .describe("Inputs and results are null because the answer would be too large: ask for the step, which has them"),
});

const outside = {
  execution_id: z.string(),
  attempt: z.int(),
  process_id: Id,
  worker: z.string().nullable().describe("What a worker calls itself"),
  language: z.string().nullable().describe("Of a worker; null for a process with an engine"),
  started_at: Moment,
  heartbeat_at: Moment.describe("When it was heard of last, by the clock of the database"),
  deadline_at: Moment.nullable(),
  progress: Json.describe("What a worker told last of how far it is"),
};

/** An attempt that another process, or a worker, runs for the one that owns the task. */
export const OutsideAttempt = z.object(outside);

/** A row of the audit trail. */
export const Transition = z.object({
  step_name: z.string().nullable().describe("Null: of the task itself"),
  from_state: z.string().nullable(),
  to_state: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  at: Moment,
});

/** Everything about a task. */
export const TaskDetails = z.object({
  task_id: Id,
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  state: State,
  requested_at: Moment,
  created_at: Moment,
  initiator: z.string().nullable(),
  source_system: z.string().nullable(),
  reason: z.string().nullable(),
  tags: Json.nullable(),
  context: Json.nullable(),
  correlation_id: z.string().nullable(),
  wake_at: Moment.nullable(),
  paused: z.boolean(),
  rerun_of: Id.nullable(),
  complete: z.boolean(),
  owner_id: z.int().nullable().describe("Process that runs it; 0: none; null: another engine made the task"),
  definition_hash: z.string().nullable(),
  priority: z.int(),
  resumes_at: Moment.nullable(),
  parent_task_id: Id.nullable().describe("The task of which a step waits, or waited, for this one"),
  parent_step_id: Id.nullable(),
  traceparent: z.string().nullable(),
  steps: z.array(StepDetails),
  edges: z.array(z.object({ from_step_id: Id, to_step_id: Id })),
  transitions: z.array(Transition),
  annotations: z.array(z.object({ type: z.string(), value: z.unknown() })),
  late_results: z.array(
    z.object({
      step_name: z.string(),
      execution_id: z.string(),
      attempt: z.int(),
      process_id: z.int(),
      finished_at: Moment,
      outcome: z.string(),
      reason: z.string().nullable(),
    }),
  ),
  outside: z
    .array(z.object({ step_name: z.string(), ...outside }))
    .describe("Attempts that workers, or other processes, are running"),
  children: z
    .array(
      z.object({
        task_id: Id,
        step_id: Id.nullable().describe("The step that waits, or waited, for it"),
        namespace: z.string(),
        name: z.string(),
        version: z.string(),
        state: State,
      }),
    )
    .describe("Tasks that steps of it have submitted, in namespaces that may be seen"),
  signals: z.array(
    z.object({
      signal_id: Id,
      name: z.string(),
      sender: z.string().nullable(),
      received_at: Moment,
      consumed_at: Moment.nullable(),
      consumed_by_step_id: Id.nullable(),
    }),
  ),
  actions: z
    .array(
      z.object({
        action: z.string(),
        step_id: Id.nullable(),
        actor: z.string(),
        reason: z.string(),
        at: Moment,
      }),
    )
    .describe("What operators did to it"),
  truncated: z
    .array(
      z.enum([
        "steps",
        "edges",
        "transitions",
        "annotations",
        "late_results",
        "outside",
        "children",
        "signals",
        "actions",
      ]),
    )
    .describe("Of what there is more than this answer has; lists of a task's steps, transitions and so on have all"),
});
