import { PermanentError, type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";

/** `handler_config` of the step in its template. */
export interface ExampleNameConfig {
  /** Most items that are taken. Default: 100. */
  readonly limit?: number;
}

/** What the step reads of the task's context. */
export interface ExampleNameContext {
  readonly items: readonly string[];
}

/**
 * Executes a step. In a template:
 *
 *     handler_class: ExampleNameStep
 *     handler_config: { limit: 10 }
 */
export class ExampleNameStep extends StepHandler<ExampleNameConfig | null> {
  /**
   * Does the work. A step can run more than once: a crash may come between its effect and the commit of its result.
   * @throws PermanentError where another attempt would come to the same; any other error is tried again
   */
  process(task: TaskView<ExampleNameContext>, _sequence: StepSequence, step: StepExecution): readonly string[] {
    const { items } = task.context;
    const limit = this.config?.limit ?? 100;
    if (items.length > limit) {
      throw new PermanentError(`there are ${items.length} items, expected ${limit} at most`, {
        errorCode: "TOO_MANY_ITEMS",
      });
    }
    // The id of the step is the same in every attempt: a key under which others do something only once.
    return items.map((item) => `${step.stepId}-${item}`);
  }

  /** Shapes what is stored: the steps that come after read it as `sequence.resultsOf(...)`. */
  override processResults(step: StepExecution, output: unknown): void {
    step.results = { done: output };
  }
}
