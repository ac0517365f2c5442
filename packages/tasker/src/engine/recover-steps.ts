import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/**
 * Prepares the steps that were found `in_progress` although nobody here executes them. The lost attempt is given back, and
 * the step may start again. In a task of which nothing starts any more they stay as they are.
 * @param maxInterruptions interruptions after which a step fails for good
 * @returns the steps that have been interrupted too often and are given up
 */
export function recoverLostSteps(run: TaskRun, maxInterruptions: number): StepRun[] {
  const givenUp: StepRun[] = [];
  if (run.isStopped) return givenUp;
  for (const step of run.steps) {
    if (step.lostExecutionId === null) continue;
    if (step.interruptions + 1 >= maxInterruptions) {
      givenUp.push(step);
      continue;
    }
    step.attempts -= 1;
    step.interruptions += 1;
  }
  return givenUp;
}
