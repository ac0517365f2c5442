import type { TreeRow, TreeStep } from "../render/step-tree.ts";

/** How one step stands, as far as the command line shows it. Times are milliseconds since the epoch. */
export interface StepProgress extends TreeStep {
  readonly stepId: number;
  readonly state: string;
  /** Attempts started so far. */
  readonly attempts: number;
  readonly retryLimit: number;
  /** Start of the running or last attempt. */
  readonly startedAt: number | null;
  /** Duration of the last attempt in milliseconds, once it has ended. */
  readonly durationMs: number | null;
  /** Message of the last failure, until the step completes. */
  readonly error: string | null;
  /** When the next attempt is due; null when none is. */
  readonly nextAttemptAt: number | null;
}

/** How a task stands. */
export interface TaskProgress {
  readonly taskId: number;
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly state: string;
  /** When this process began to follow the task, in milliseconds since the epoch. */
  readonly since: number;
  readonly steps: readonly StepProgress[];
  /** Where each step is drawn; dependencies do not change while a task runs, so it is laid out once. */
  readonly tree: readonly TreeRow[];
}

/** States from which a step does not move by itself. */
const SETTLED = new Set(["complete", "cancelled", "resolved_manually"]);

/** Whether nothing more will happen to the step. */
export function isSettled(step: Pick<StepProgress, "state">): boolean {
  return SETTLED.has(step.state);
}

/** How many steps are in each state, in the order of first appearance; empty for a task without steps. */
export function countStates(steps: readonly Pick<StepProgress, "state">[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of steps) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
