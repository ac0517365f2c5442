import type { PublishedEvent } from "../execution.ts";
import type { Permit } from "../limits/permit.ts";
import type { Outcome } from "../outcome.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";

/** What came of an attempt that another process ran. */
export interface OutsideEnd {
  readonly outcome: Outcome;
  /** What its handler has published. */
  readonly published: readonly PublishedEvent[];
  /** Id of its span; null if it has none. */
  readonly spanId: string | null;
  /** Whether the outcome is in the database, from where the commit that writes it removes it. */
  readonly isStored: boolean;
}

/** An attempt of a step of this process's task that another process runs. */
export interface OutsideAttempt {
  readonly executionId: string;
  /** The process that runs it. */
  readonly processId: number;
  /** Milliseconds after its start at which its time is over; null: never. */
  readonly timeoutMs: number | null;
  /** When it was started, milliseconds since the epoch by the clock of the process that runs it. */
  readonly startedAt: number;
  /** Null while it runs. */
  end: OutsideEnd | null;
}

/** An attempt that another process has started, and whose start is still to be written. */
export interface StartedOutside {
  readonly run: TaskRun;
  readonly step: StepRun;
  readonly attempt: OutsideAttempt;
  /** What it holds under the limits of its step; null: nothing. */
  readonly permit: Permit | null;
}

/** An attempt that this process runs for the one that owns the task. */
export interface TakenAttempt {
  /** Id that this process had when it took the step. */
  readonly processId: number;
}
