import type { State } from "../states/state.ts";
import type { StepWait } from "../templates/step-wait.ts";
import type { Execution } from "./execution.ts";
import type { Outside } from "./foreign-step.ts";
import type { StandingWait } from "./standing-wait.ts";
import { NO_ROW } from "./step-move.ts";
import type { StepResolution } from "./step-resolution.ts";
import { EMPTY_OBJECT, type StoredJson } from "./stored-json.ts";

/** A step of a task that this process runs, as the database has it or will have it after the commit under way. */
export interface StepRun {
  /** Place in the task's graph. */
  readonly index: number;
  readonly stepId: number;
  readonly name: string;
  state: State;
  /** Sort key of the current transition row; `NO_ROW` if there is none. */
  sortKey: number;
  /** Attempts started, less those that were interrupted. */
  attempts: number;
  readonly retryLimit: number;
  /** False from a permanent failure on; a step that starts with false runs once. */
  retryable: boolean;
  readonly skippable: boolean;
  /** How often an attempt was ended by something that was not its own doing. */
  interruptions: number;
  /** When a failed step may be tried again, milliseconds since the epoch; null if it is not waiting for that. */
  dueAt: number | null;
  /** The circuit that was open when the step was to run and for which it waits until `dueAt`; null if there is none. */
  blockedBy: string | null;
  readonly inputs: StoredJson | null;
  results: StoredJson;
  /** The attempt that holds a slot, from the moment its start is put into a batch until its outcome is committed. */
  execution: Execution | null;
  /**
   * Set when the step is `in_progress` and nothing of it is going on: the id of that attempt. It was found so, in the name of
   * a process that is gone; or its wait has failed to begin.
   */
  lostExecutionId: string | null;
  /** What it does instead of calling a handler; null for most steps. */
  readonly waits: StepWait | null;
  /** Set while it waits, from the moment its start is put into a batch. */
  wait: StandingWait | null;
  /** What somebody else than an engine has made of it; null once this process has moved it. */
  outside: Outside | null;
  /** Id of the span of the attempt before, if that failed and is known. */
  previousSpanId?: string;
  /** How it was resolved, if it is `resolved_manually` and that is known. */
  resolution: StepResolution | null;
  /** In the queue of ready steps, or of those that are closed. */
  queued: boolean;
}

/** What a step has from the beginning. */
export type FreshStep = Pick<
  StepRun,
  "index" | "stepId" | "name" | "retryLimit" | "retryable" | "skippable" | "inputs" | "waits"
>;

/** A step of which nothing has happened yet. */
export function freshStep({
  index,
  stepId,
  name,
  retryLimit,
  retryable,
  skippable,
  inputs,
  waits,
}: FreshStep): StepRun {
  return {
    index,
    stepId,
    name,
    state: "pending",
    sortKey: NO_ROW,
    attempts: 0,
    retryLimit,
    retryable,
    skippable,
    interruptions: 0,
    dueAt: null,
    blockedBy: null,
    inputs,
    results: EMPTY_OBJECT,
    execution: null,
    lostExecutionId: null,
    waits,
    wait: null,
    outside: null,
    resolution: null,
    queued: false,
  };
}

/**
 * Whether another attempt is allowed. Of a step that is not retryable, the first one is, and one that an operator asked for
 * by moving the step back to pending.
 */
export function mayStart(step: Pick<StepRun, "attempts" | "retryLimit" | "retryable" | "outside">): boolean {
  const isAllowed = step.retryable || step.attempts === 0 || step.outside === "retried";
  return step.attempts < step.retryLimit && isAllowed;
}
