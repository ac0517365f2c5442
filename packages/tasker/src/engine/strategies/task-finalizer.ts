/** A step that has failed and is not tried again. */
export interface FailedStep {
  readonly stepId: number;
  readonly name: string;
  readonly attempts: number;
  readonly retryLimit: number;
  /** False after a permanent failure. */
  readonly retryable: boolean;
}

/** A task of which no step can go on although not all are done. */
export interface BlockedTask {
  readonly taskId: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly totalSteps: number;
  readonly completedSteps: number;
  readonly failedSteps: readonly FailedStep[];
}

/** What becomes of a {@link BlockedTask}: it fails, or is looked at again at a moment (milliseconds since the epoch). */
export type BlockedDecision = { readonly action: "fail" } | { readonly action: "wait"; readonly until: number };

/**
 * Decides how a task ends that cannot go on. Extend it and override {@link whenBlocked}, then give it to the engine as
 * `taskFinalizer`. A task whose steps are all done completes, and one that can go on goes on: about that there is nothing to
 * decide.
 */
export class TaskFinalizer {
  /**
   * Called when no step of a task can go on and not all are done. Here: it fails. One that waits stays in progress and
   * nobody's until then, and this is asked again; an operator may have mended it meanwhile.
   */
  whenBlocked(_task: BlockedTask): BlockedDecision {
    return { action: "fail" };
  }
}
