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

/** A step that waits for a signal from outside. */
export interface SignalWait {
  readonly kind: "signal";
  /** Name of the signal. */
  readonly name: string;
  /** Longest wait in seconds, more than 0. Null: for ever. */
  readonly timeoutSeconds: number | null;
  /** What a wait without a signal comes to: the step fails for good, or it completes and its results say so. */
  readonly onTimeout: "fail" | "continue";
}

/** A step that submits a task and waits for its end. */
export interface TaskWait {
  readonly kind: "task";
  /** Null: that of the task that the step belongs to. */
  readonly namespace: string | null;
  readonly name: string;
  /** Null: the newest one. */
  readonly version: string | null;
  /** The new task's context: where each member of it comes from. */
  readonly context: Readonly<Record<string, ValueSource>>;
}

/** What a step without a handler does: it waits. */
export type StepWait = SleepWait | SignalWait | TaskWait;
