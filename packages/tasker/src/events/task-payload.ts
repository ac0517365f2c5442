import { authorOf, moveOf } from "./move-facts.ts";
import { flagIn, numberIn, textIn, textsIn } from "./read-metadata.ts";
import type { CreationFacts, EventSubject, TransitionFacts } from "./transition-facts.ts";

/** Seconds since the task was requested, to the millisecond. */
const durationOf = ({ at }: TransitionFacts, { requestedAt }: EventSubject) => ({
  total_execution_duration: Math.max(0, at - requestedAt) / 1_000,
});

/** The payload of a task's creation. */
export const creationPayload = ({ initiator, sourceSystem, reason }: CreationFacts) => ({
  from_state: null,
  to_state: "pending" as const,
  reason,
  actor: null,
  action: null,
  initiator,
  source_system: sourceSystem,
});

/** What the event of a task's transition tells, by the event's name. */
export const TASK_PAYLOADS = {
  "task.initialize_requested": (row: TransitionFacts) => ({
    ...moveOf(row),
    ...authorOf(row),
    initiator: null,
    source_system: null,
  }),
  "task.start_requested": (row: TransitionFacts) => ({
    ...moveOf(row),
    total_steps: numberIn(row.metadata, "step_dependencies_established"),
  }),
  "task.completed": (row: TransitionFacts, subject: EventSubject) => ({
    ...moveOf(row),
    ...durationOf(row, subject),
    total_steps: numberIn(row.metadata, "total_steps"),
    cancelled_steps: textsIn(row.metadata, "cancelled_steps"),
  }),
  "task.failed": (row: TransitionFacts, subject: EventSubject) => ({
    ...moveOf(row),
    ...durationOf(row, subject),
    error_message: textIn(row.metadata, "error_message"),
    failed_steps: textsIn(row.metadata, "failed_steps"),
    failed_steps_count: numberIn(row.metadata, "failed_steps_count"),
    blocked_steps_count: numberIn(row.metadata, "blocked_steps_count"),
    total_steps: numberIn(row.metadata, "total_steps"),
  }),
  "task.retry_requested": (row: TransitionFacts) => ({ ...moveOf(row), ...authorOf(row) }),
  "task.cancelled": (row: TransitionFacts, subject: EventSubject) => ({
    ...moveOf(row),
    ...durationOf(row, subject),
    ...authorOf(row),
    cancelled_steps: textsIn(row.metadata, "cancelled_steps"),
  }),
  "task.resolved_manually": (row: TransitionFacts, subject: EventSubject) => ({
    ...moveOf(row),
    ...durationOf(row, subject),
    ...authorOf(row),
  }),
  "task.compensated": ({ metadata }: TransitionFacts) => ({
    compensated: flagIn(metadata, "compensated") ?? false,
    compensated_steps_count: numberIn(metadata, "compensated_steps_count"),
    not_compensated: textsIn(metadata, "not_compensated"),
  }),
};
