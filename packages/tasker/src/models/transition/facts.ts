import { isSatisfied } from "../../states/guards.ts";
import { isState } from "../../states/state.ts";
import type { TransitionRow } from "./transition-table.ts";

type Target = Pick<TransitionRow, "to_state">;
type Noted = Pick<TransitionRow, "metadata">;

/** Whether this is the move to `error`. */
export function isErrorTransition({ to_state: state }: Target): boolean {
  return state === "error";
}

/** Whether this is a move to `complete` or `resolved_manually`. */
export function isCompletionTransition({ to_state: state }: Target): boolean {
  return isState(state) && isSatisfied(state);
}

/** Whether this is the move to `cancelled`. */
export function isCancellationTransition({ to_state: state }: Target): boolean {
  return state === "cancelled";
}

/** The metadata of a transition; empty where it is no object, which only another program can have written. */
export function metadataOf({ metadata }: Noted): Readonly<Record<string, unknown>> {
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? { ...metadata } : {};
}

/** Whether the metadata has this key, whatever its value is. */
export function hasMetadata(row: Noted, key: string): boolean {
  return Object.hasOwn(metadataOf(row), key);
}

/** What the metadata has under this key; `otherwise`, by default null, where it has no such key. */
export function getMetadata(row: Noted, key: string, otherwise: unknown = null): unknown {
  return hasMetadata(row, key) ? metadataOf(row)[key] : otherwise;
}

/** The same transition with one more entry in its metadata. Nothing is written: pass its metadata to `update`. */
export function setMetadata<R extends Noted>(row: R, key: string, value: unknown): R {
  return { ...row, metadata: { ...metadataOf(row), [key]: value } };
}

/** The metadata for people, with what a reader needs to place it in time. */
export interface FormattedMetadata {
  readonly [key: string]: unknown;
  /** Seconds; null for a first row. */
  readonly duration_since_previous: number | null;
  readonly transition_description: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly transition_timestamp: string;
}

/** Adds to the metadata how long the state before lasted (seconds, null: none), a description and the time. */
export function formatMetadata(
  row: Pick<TransitionRow, "metadata" | "created_at">,
  durationSincePrevious: number | null,
  description: string,
): FormattedMetadata {
  return {
    ...metadataOf(row),
    duration_since_previous: durationSincePrevious,
    transition_description: description,
    transition_timestamp: row.created_at.toISOString().replace(/\.\d+Z$/, "Z"),
  };
}
