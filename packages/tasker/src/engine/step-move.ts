import type { JsonObject } from "../json/json-value.ts";
import type { State } from "../states/state.ts";
import type { StoredJson } from "./stored-json.ts";

/** A transition row to be written. */
export interface TransitionRow {
  readonly from: State;
  readonly to: State;
  readonly sortKey: number;
  readonly metadata: JsonObject;
}

/** What a commit does to one step: a chain of transition rows, the last of which becomes current, and the step's columns. */
export interface StepMove {
  /** Sort key that the step's current row must have; {@link NO_ROW}: it must have none. */
  readonly base: number;
  /** At least one. */
  readonly rows: readonly TransitionRow[];
  readonly attempts: number;
  /** Whole seconds, as the reference's readers expect them; null when no retry is planned. */
  readonly backoffSeconds: number | null;
  /** Null: as they are. */
  readonly results: StoredJson | null;
  /** Null: as it is. */
  readonly retryable: boolean | null;
}

/** Distance between the sort keys of two rows that follow each other, as the reference has it. */
export const SORT_KEY_STEP = 10;

/** Stands for the sort key of a current row that is not there. The reference has rows with sort key 0. */
export const NO_ROW = -1;

/** Who writes: goes into the metadata of every row. */
export interface Writer {
  /** Id of the process. */
  readonly writer: number;
  /** Fencing token of the task's ownership. */
  readonly epoch: number;
}

/** Rows of a chain of states that follows the row with sort key `base`, or that are the first. */
export function chainRows(
  base: number,
  from: State,
  chain: readonly { readonly to: State; readonly metadata: JsonObject }[],
): TransitionRow[] {
  const rows: TransitionRow[] = [];
  let state = from;
  for (const [place, { to, metadata }] of chain.entries()) {
    rows.push({ from: state, to, sortKey: Math.max(base, 0) + (place + 1) * SORT_KEY_STEP, metadata });
    state = to;
  }
  return rows;
}
