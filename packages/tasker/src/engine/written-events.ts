import { conditionHolds } from "../templates/custom-event.ts";
import type { StepEntry } from "./batch.ts";
import type { StoredJson } from "./stored-json.ts";

/** What a handler has published, as the commit of its attempt's outcome writes it to `tasker_events`. */
export interface WrittenEvent {
  /** `custom:<execution>:<position among the events of the attempt>`. */
  readonly eventId: string;
  readonly name: string;
  /** A JSON object. */
  readonly payload: StoredJson;
  readonly taskId: number;
  readonly stepId: number;
  /** When it was published, milliseconds since the epoch by the clock of the process that ran the handler. */
  readonly at: number;
}

const NONE: readonly WrittenEvent[] = [];

/**
 * What the attempt behind an outcome has published and its conditions let through, in that order. An attempt that is given back
 * does not count and is made again: of it there is nothing.
 */
export function writtenEvents({ execution, dueAt }: StepEntry): readonly WrittenEvent[] {
  if (execution === null || execution.published.length === 0) return NONE;
  const { outcome, executionId, stepId, run } = execution;
  if (outcome?.kind !== "success" && outcome?.kind !== "failure") return NONE;
  const attempt = { failed: outcome.kind === "failure", triedAgain: dueAt !== null };
  return execution.published.flatMap(({ name, payload, at, conditions }, position) => {
    if (conditions !== null && !conditions.some((condition) => conditionHolds(condition, attempt))) return [];
    return [{ eventId: `custom:${executionId}:${position}`, name, payload, taskId: run.taskId, stepId, at }];
  });
}

/** A member of `p_outside -> 'e'` of `tasker_commit` and of `p_events` of `tasker_commit_one`. */
export function encodeEvent({ eventId, name, payload, taskId, stepId, at }: WrittenEvent, place: number): string {
  const fields = JSON.stringify({ s: stepId, t: taskId, q: place, n: name, i: eventId, o: new Date(at).toISOString() });
  return `${fields.slice(0, -1)},"p":${payload.text}}`;
}
