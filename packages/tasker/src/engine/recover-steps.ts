import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/**
 * Prepares the steps that were found `in_progress` although nobody here executes them. The lost attempt is given back, and
 * the step may start again. In a task of which nothing starts any more they stay as they are.
 * @param maxInterruptions interruptions after which a step fails for good
 * @returns the steps whose lost attempt is to be ended first: those that have been interrupted too often, which are given up by
 * that, and those that workers run
 */
export function recoverLostSteps(run: TaskRun, maxInterruptions: number): StepRun[] {
  const givenUp: StepRun[] = [];
  if (run.isStopped) return givenUp;
  for (const step of run.steps) {
    if (step.lostExecutionId === null) continue;
    // Of a step that workers run, the end of the lost attempt is written before it is offered again.
    if (step.interruptions + 1 >= maxInterruptions || run.queueOf(step) !== null) {
      givenUp.push(step);
      continue;
    }
    step.attempts -= 1;
    step.interruptions += 1;
  }
  return givenUp;
}
