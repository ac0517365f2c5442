import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** A step whose turn it is. */
export interface ReadyStep {
  readonly run: TaskRun;
  readonly step: StepRun;
  /** When it became ready, by the elapsed time of the clock. */
  readonly readySince: number;
}

/** Steps whose turn it is, and that wait. */
export interface ReadyFigures {
  readonly steps: number;
  /** How long the one that has waited longest has been ready, in milliseconds; 0 if none waits. */
  readonly oldestMs: number;
}

/** Counts steps that wait. @param now by the elapsed time of the clock */
export function readyFigures(waiting: Iterable<ReadyStep>, now: number): ReadyFigures {
  let steps = 0;
  let first = now;
  for (const { readySince } of waiting) {
    steps += 1;
    first = Math.min(first, readySince);
  }
  return { steps, oldestMs: now - first };
}

/** The figures of several queues together. */
export function sumOfReady(queues: readonly ReadyFigures[]): ReadyFigures {
  return {
    steps: queues.reduce((sum, { steps }) => sum + steps, 0),
    oldestMs: Math.max(0, ...queues.map(({ oldestMs }) => oldestMs)),
  };
}
