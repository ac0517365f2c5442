import type { JsonObject } from "../json/json-value.ts";
import type { Batch } from "./batch.ts";
import type { Outcome } from "./outcome.ts";
import type { TaskRun } from "./task-run.ts";

/** Something that a step's handler published, told after the commit of that attempt's outcome. */
export interface CustomEvent {
  readonly eventType: "custom";
  readonly name: string;
  /** Frozen. */
  readonly payload: JsonObject;
  readonly namespace: string;
  readonly taskName: string;
  readonly version: string;
  readonly taskId: number;
  readonly stepId: number;
  readonly stepName: string;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly executionId: string;
  /** Place among the events of the attempt, from 0; with `executionId` it identifies the event. */
  readonly position: number;
  readonly correlationId: string;
  /** When the handler published it, milliseconds since the epoch by the engine's clock. */
  readonly timestamp: number;
}

/** Receives the custom events of an engine. What it throws is reported to the log and goes no further. */
export type CustomEventListener = (event: CustomEvent) => void;

/**
 * What the attempts that ended in a committed batch have published, in the order in which they did. An interrupted
 * attempt does not count and is made again, so its events are not told.
 */
export function* committedCustomEvents(batch: Batch, refused: ReadonlySet<TaskRun>): Generator<CustomEvent> {
  for (const { run, execution } of batch.outcomes) {
    if (execution === null || refused.has(run) || isGivenBack(execution.outcome)) continue;
    const { namespace, name: taskName, version, correlationId } = run.view;
    for (const [position, { name, payload, at }] of execution.published.entries()) {
      yield {
        eventType: "custom",
        name,
        payload: payload.value as JsonObject,
        namespace,
        taskName,
        version,
        taskId: run.taskId,
        stepId: execution.stepId,
        stepName: execution.name,
        attempt: execution.attempt,
        executionId: execution.executionId,
        position,
        correlationId,
        timestamp: at,
      };
    }
  }
}

const isGivenBack = (outcome: Outcome | null) => outcome?.kind === "interrupted" || outcome?.kind === "postponed";
