import type { JsonObject } from "../../json/json-value.ts";
import type { LogSource } from "../cursor/log-source.ts";

/** A row of the event log as it was read. */
export interface LogRow {
  readonly source: LogSource;
  /** Its id in its table. */
  readonly id: number;
  /** Null: not about a task. */
  readonly taskId: number | null;
  readonly stepId: number | null;
  readonly namedTaskId: number | null;
  readonly namedStepId: number | null;
  readonly correlationId: string | null;
  /** `requested_at` of the task, milliseconds since the epoch. */
  readonly requestedAt: number;
  /** State before, as the row or the one before it says. */
  readonly fromState: string | null;
  readonly toState: string | null;
  /** Place in the story of its task or step; 0 where the table has none. */
  readonly sortKey: number;
  /** Place in the story of its task: drawn by our writers, null in rows of others. */
  readonly seq: number | null;
  /** Metadata of a transition; initiator, source system and reason of a task; payload of a stored event. */
  readonly details: JsonObject;
  /** Of a stored event: its name and its id as an event. */
  readonly name: string | null;
  readonly eventId: string | null;
  /** When it happened, milliseconds since the epoch. */
  readonly at: number;
  /** When it was written, milliseconds since the epoch. Rows that are written later have mostly later ones. */
  readonly writtenAt: number;
}

/** Which state machine a row is of: that of a step or of a task. Null for rows that are no transitions. */
export function machineOf(row: LogRow): string | null {
  if (row.source === "taskRows") return "task";
  return row.source === "stepRows" ? `step ${row.stepId}` : null;
}
