import type { JsonValue } from "../../json/json-value.ts";
import type { ReadAnnotation } from "../annotations/annotations.ts";
import type { TaskProtection } from "../protection/task-protection.ts";
import type { ReadStep } from "../steps/step-page.ts";
import type { TaskRow } from "./task-statement.ts";

// The objects of the reference's REST paths: its names, in its order. Times are ISO 8601 in UTC.

/** A step of a task as an object of the reference. */
export function referenceStep(step: ReadStep) {
  return {
    task_id: step.task_id,
    workflow_step_id: step.workflow_step_id,
    name: step.name,
    named_step_id: step.named_step_id,
    status: step.state,
    attempts: step.attempts,
    skippable: step.skippable,
    retryable: step.retryable,
    retry_limit: step.retry_limit,
    processed: step.processed,
    processed_at: step.processed_at?.toISOString() ?? null,
    in_process: step.in_process,
    backoff_request_seconds: step.backoff_request_seconds,
    last_attempted_at: step.last_attempted_at?.toISOString() ?? null,
    inputs: step.inputs,
    results: step.results,
    children_ids: step.relations.children,
    parents_ids: step.relations.parents,
    siblings_ids: step.relations.siblings,
  };
}

/** An annotation of a task as an object of the reference. */
export function referenceAnnotation(annotation: ReadAnnotation) {
  return {
    task_id: annotation.task_id,
    task_annotation_id: annotation.task_annotation_id,
    annotation: annotation.annotation as JsonValue,
    annotation_type_name: annotation.annotation_type_name,
  };
}

/** A task as an object of the reference. @param protection how its context is shown */
export function referenceTask(
  task: TaskRow,
  steps: readonly ReadStep[],
  annotations: readonly ReadAnnotation[],
  protection: TaskProtection,
) {
  return {
    task_id: task.task_id,
    name: task.name,
    namespace: task.namespace,
    version: task.version,
    full_name: `${task.namespace}.${task.name}@${task.version}`,
    initiator: task.initiator,
    source_system: task.source_system,
    context: protection.context(task.context),
    reason: task.reason,
    bypass_steps: task.bypass_steps as JsonValue,
    tags: task.tags as JsonValue,
    requested_at: task.requested_at.toISOString(),
    complete: task.complete,
    status: task.state,
    workflow_steps: steps.map(referenceStep),
    task_annotations: annotations.map(referenceAnnotation),
  };
}

/** See {@link referenceTask}. */
export type ReferenceTask = ReturnType<typeof referenceTask>;
