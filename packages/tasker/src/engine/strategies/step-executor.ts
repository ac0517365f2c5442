import type { StepExecution, StepSequence, TaskView } from "../../handlers/execution.ts";
import type { HandlesStep } from "../../handlers/step-handler.ts";

/**
 * Calls the handlers of steps. Extend it and override {@link executeSingleStep} for what has to happen around every attempt,
 * such as tracing, a sandbox, a fault planned by a test; then give it to the engine as `stepExecutor`.
 */
export class StepExecutor {
  /**
   * Called once for each attempt, after its start was committed and under its deadline. What it throws is the failure of
   * the attempt, as if the handler had thrown it; otherwise `step.results` is stored, which the handler has set. What it
   * returns is waited for and thrown away.
   */
  executeSingleStep(task: TaskView, sequence: StepSequence, step: StepExecution, handler: HandlesStep): unknown {
    return handler.handle(task, sequence, step);
  }
}
