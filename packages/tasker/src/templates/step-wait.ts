import type { JsonValue } from "../json/json-value.ts";

/**
 * Where a value comes from when a step starts: a fixed value; or what stands at `path` in the results of `step`, in the
 * task's context if `step` is null; without a path all of it.
 */
export type ValueSource =
  | { readonly value: JsonValue }
  | { readonly step: string | null; readonly path: string | null };

/** A step that waits until a moment: so many seconds after it starts, or the one that is found when it starts. */
export interface SleepWait {
  readonly kind: "sleep";
  /** 0 or more; null if `until` says it. */
  readonly seconds: number | null;
  /** Leads to an ISO 8601 time, or to milliseconds since the epoch. Null if `seconds` says it. */
  readonly until: { readonly step: string | null; readonly path: string | null } | null;
}

/** What a step without a handler does: it waits. */
export type StepWait = SleepWait;
