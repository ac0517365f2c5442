import type { JsonObject } from "../json/json-value.ts";

/** Something that happened to a task or step, told after the transaction that made it true has committed. */
export interface EngineEvent {
  /** Name from the transition-to-event map: `task.completed`, `step.failed`, ... */
  readonly name: string;
  readonly taskId: number;
  /** Null for events of the task itself. */
  readonly stepId: number | null;
  readonly stepName: string | null;
  readonly fromState: string;
  readonly toState: string;
  /** What the transition row holds: `attempt`, `error`, `backoff_seconds`, ... */
  readonly metadata: JsonObject;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly at: number;
}

/** Receives every event of an engine. What it throws is reported to the log and goes no further. */
export type EngineListener = (event: EngineEvent) => void;
