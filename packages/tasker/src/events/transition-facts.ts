import type { JsonObject } from "../json/json-value.ts";
import type { State } from "../states/state.ts";

/** The task, and the step, that a transition is about. */
export interface EventSubject {
  readonly taskId: number;
  readonly namespace: string;
  readonly taskName: string;
  readonly version: string;
  /** Null for a task that no engine of ours has taken. */
  readonly correlationId: string | null;
  /** `requested_at` of the task, milliseconds since the epoch. */
  readonly requestedAt: number;
  /** Absent or null: the transition is the task's own. */
  readonly step?: { readonly stepId: number; readonly name: string } | null;
}

/** A transition row, as it is written and as it is read back. */
export interface TransitionFacts {
  /** `from_state`; where a Rails process has left it empty, the `to_state` of the row before. Null: no row is before it. */
  readonly from: State | null;
  readonly to: State;
  readonly sortKey: number;
  readonly metadata: JsonObject;
  /** `created_at`, milliseconds since the epoch. */
  readonly at: number;
}

/** What a task's row tells of its creation. */
export interface CreationFacts {
  readonly initiator: string | null;
  readonly sourceSystem: string | null;
  readonly reason: string | null;
  /** `created_at`, milliseconds since the epoch. */
  readonly at: number;
}
