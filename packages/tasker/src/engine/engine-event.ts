import type { TaskView } from "../handlers/execution.ts";
import type { JsonObject } from "../json/json-value.ts";

/** Something that happened to a task or step, told after the transaction that made it true has committed. */
export interface EngineEvent {
  /** Name from the transition-to-event map: `task.completed`, `step.failed`, ... */
  readonly name: string;
  readonly taskId: number;
  /** The task as its handlers see it: namespace, name, version, correlation id, context. */
  readonly task: TaskView;
  /** Null for events of the task itself. */
  readonly stepId: number | null;
  readonly stepName: string | null;
  readonly fromState: string;
  readonly toState: string;
  /**
   * What the transition row holds. Of a step: `attempt_number`, `execution_duration` (seconds), `error_message`,
   * `error_class`, `error_code`, `retry_available` (false for the last attempt), `backoff_seconds`; of a failed task:
   * `failed_steps`.
   */
  readonly metadata: JsonObject;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly at: number;
}

/** Receives every event of an engine. What it throws is reported to the log and goes no further. */
export type EngineListener = (event: EngineEvent) => void;
