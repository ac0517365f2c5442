import type { Outcome } from "./outcome.ts";

/**
 * How an attempt stands in this process:
 *
 * - `unscheduled`: the step is ready and waits for its turn; there is no attempt yet
 * - `pending`: its start is being committed; the handler was not called yet
 * - `executing`: the handler runs
 * - `fulfilled`, `rejected`, `cancelled`: the handler succeeded, failed, or was interrupted; that is being committed
 */
export const EXECUTION_STATES = ["unscheduled", "pending", "executing", "fulfilled", "rejected", "cancelled"] as const;

/** One of {@link EXECUTION_STATES}. */
export type ExecutionState = (typeof EXECUTION_STATES)[number];

/** An attempt of a step, or a step that waits for one, as this process has it at a moment. */
export interface ExecutionSnapshot {
  readonly taskId: number;
  readonly stepId: number;
  readonly stepName: string;
  readonly state: ExecutionState;
  /** Null while `unscheduled`. */
  readonly executionId: string | null;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** The process that runs it; null while `unscheduled`. */
  readonly processId: number | null;
  /** When the handler was called, milliseconds since the epoch; null before. */
  readonly startedAt: number | null;
}

/** The state of an attempt of which it is known whether its handler was called and what it came to. */
export function executionState(launched: boolean, outcome: Outcome | null): ExecutionState {
  if (outcome === null) return launched ? "executing" : "pending";
  if (outcome.kind === "interrupted" || outcome.kind === "postponed") return "cancelled";
  return outcome.kind === "success" ? "fulfilled" : "rejected";
}

/** What {@link FutureStateAnalyzer.debugState} tells. */
export interface FutureState {
  readonly state_description: ExecutionState;
  readonly should_cancel: boolean;
  readonly should_wait: boolean;
  readonly can_ignore: boolean;
}

/** Answers what somebody who stops or watches a process asks of an attempt: of each of `engine.executions()`. */
export class FutureStateAnalyzer {
  readonly stateDescription: ExecutionState;

  constructor({ state }: Pick<ExecutionSnapshot, "state">) {
    this.stateDescription = state;
  }

  /** Whether it can be called off without interrupting a handler. */
  get shouldCancel(): boolean {
    return this.stateDescription === "pending";
  }

  /** Whether a handler runs. */
  get isExecuting(): boolean {
    return this.stateDescription === "executing";
  }

  /** Whether somebody who stops has to wait for it: a handler runs. */
  get shouldWaitForCompletion(): boolean {
    return this.isExecuting;
  }

  /** Whether it is known what came of it. */
  get isCompleted(): boolean {
    return ["fulfilled", "rejected", "cancelled"].includes(this.stateDescription);
  }

  /** Whether nothing has to be done about it: it is over or has not begun. */
  get canIgnore(): boolean {
    return this.isCompleted || this.stateDescription === "unscheduled";
  }

  /** All answers, with the names that the reference gives them. */
  debugState(): FutureState {
    return {
      state_description: this.stateDescription,
      should_cancel: this.shouldCancel,
      should_wait: this.shouldWaitForCompletion,
      can_ignore: this.canIgnore,
    };
  }
}
